import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Config, paths } from './config.ts';
import { createControllerLoop } from './controllers/index.ts';
import { createGateway } from './gateway/gateway.ts';
import { createRequestMetrics } from './gateway/request-metrics.ts';
import { serveFeatures } from './gateway/served-services.ts';
import type { Logger } from './logger.ts';
import { openPlatform } from './open-platform.ts';
import { createProxy } from './proxy/index.ts';
import { allFeatures } from './services/index.ts';

export interface RunningServer {
  readonly url: string;
  /** Stops answering and leaves workloads running. */
  close(): Promise<void>;
}

/**
 * Opens the platform, puts the features on it and starts to listen. Rejects, with everything closed again, when
 * something cannot be opened or the port is taken.
 */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  let url = '';
  const proxy = await createProxy({ directory: paths(config.home).authority, host: config.host, log });
  const environment = () => ({ AWS_ENDPOINT_URL: url, ...proxy.environment(url) });
  const { platform, clear, close: closePlatform } = await openPlatform(config, log, environment);
  /** What is open, in the order in which it is to be closed. */
  const open = [closePlatform];
  const close = async () => {
    for (const step of open.splice(0)) await step();
  };
  try {
    const { resources, compute, identity, clock } = platform;
    const features = allFeatures(platform);
    const controllers = features.flatMap((feature) => feature.controllers ?? []);
    const loop = createControllerLoop({ resources, controllers, clock, log });
    compute.onChange((owner) => loop.wake(owner));

    const gateway = createGateway({
      served: await serveFeatures(features),
      identity,
      clock,
      log,
      own: {
        metrics: createRequestMetrics(),
        health: () => ({ status: 'ok', pid: process.pid, uptimeSeconds: Math.round(process.uptime()) }),
        reset: config.ephemeral ? clear : undefined,
        credentials: (token) => compute.credentials(token),
      },
    });
    gateway.on('connect', proxy.handleConnect(gateway));
    url = await listen(gateway, config);
    open.unshift(
      async () => void (await Promise.all([closeServer(gateway), proxy.close()])),
      () => loop.stop(),
    );
    await loop.start();
    log.info('ready', { url, home: config.home });
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listen(server: Server, { host, port }: Config): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { address, family, port } = server.address() as AddressInfo;
      const anywhere = address === '0.0.0.0' || address === '::';
      const name = anywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
      resolve(`http://${name}:${port}`);
    });
  });
}

const MOMENT_FOR_RUNNING_REQUESTS_MS = 3000;

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), MOMENT_FOR_RUNNING_REQUESTS_MS);
    server.close(() => {
      clearTimeout(impatience);
      resolve();
    });
    server.closeIdleConnections();
  });
}
