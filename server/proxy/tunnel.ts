import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const CONNECT_TIMEOUT_MS = 30_000;
/** A connection on which nothing moves for this long is taken to be forgotten. */
const IDLE_TIMEOUT_MS = 60 * 60_000;

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** `host:port` of a CONNECT request, undefined when it is not of that form. */
export function parseTarget(authority: string | undefined): Target | undefined {
  const match = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[\w.-]{1,253})):(?<port>\d{1,5})$/i.exec(authority ?? '');
  const host = match?.groups?.v6 ?? match?.groups?.name;
  const port = Number(match?.groups?.port);
  return host && port > 0 && port < 65_536 ? { host: host.toLowerCase(), port } : undefined;
}

const openDirectly = ({ host, port }: Target): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error('it does not answer')), CONNECT_TIMEOUT_MS);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });

const openThrough = (proxy: URL, { host, port }: Target): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const headers: IncomingHttpHeaders = { host: authority };
    const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    if (proxy.username) headers['proxy-authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
    const options = { host: proxy.hostname, port: proxy.port || 80, method: 'CONNECT', path: authority, headers };
    const request = httpRequest({ ...options, timeout: CONNECT_TIMEOUT_MS });
    request.on('timeout', () => request.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
    request.on('error', reject);
    request.on('connect', (response, socket, head) => {
      socket.removeAllListeners('timeout');
      if (response.statusCode !== 200) {
        socket.destroy();
        return reject(new Error(`the proxy ${proxy.host} answered ${response.statusCode}`));
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.end();
  });

/** Opens a connection to `target`, by way of the proxy `upstream` where there is one. Rejects with the reason. */
export const openConnection = (target: Target, upstream?: URL): Promise<Socket> =>
  upstream ? openThrough(upstream, target) : openDirectly(target);

/** Joins two connections until either ends. */
export function join(client: Duplex, remote: Socket, head: Buffer): void {
  if (head.length > 0) remote.write(head);
  remote.setTimeout(IDLE_TIMEOUT_MS, () => remote.destroy());
  remote.setNoDelay(true);
  const part = () => {
    client.destroy();
    remote.destroy();
  };
  for (const side of [client, remote]) side.on('error', part).on('close', part);
  client.pipe(remote);
  remote.pipe(client);
}
