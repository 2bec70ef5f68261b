import { mkdirSync } from 'node:fs';
import { systemClock } from './clock.ts';
import { openCompute } from './compute/index.ts';
import { type Config, paths } from './config.ts';
import { openIdentity } from './identity/index.ts';
import type { Logger } from './logger.ts';
import { openObjectStorage } from './objects/index.ts';
import type { Platform } from './platform.ts';
import { openResourceStore } from './resources/index.ts';
import { openTelemetry } from './telemetry/index.ts';

export interface OpenPlatform {
  readonly platform: Platform;
  /** Ends all workloads and empties every store. */
  clear(): Promise<void>;
  /** Closes the floors from the top down; workloads run on. Failures are logged. */
  close(): Promise<void>;
}

/**
 * Opens the floors from the ground up. `environment` gives the variables by which workloads find this platform. Rejects
 * with everything closed again when a floor cannot be opened.
 */
export async function openPlatform(
  config: Config,
  log: Logger,
  environment: () => Record<string, string>,
): Promise<OpenPlatform> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(floor: T): T => {
    opened.unshift(floor);
    return floor;
  };
  const close = async () => {
    for (const floor of opened.splice(0)) {
      await floor.close().catch((error) => log.error('closing failed', { error }));
    }
  };
  try {
    mkdirSync(config.home, { recursive: true, mode: 0o700 });
    const clock = systemClock;
    const files = paths(config.home);
    const database = config.databaseUrl ? { databaseUrl: config.databaseUrl } : { path: files.resources };
    const resources = keep(await openResourceStore(database, { clock, log }));
    const identity = await openIdentity({ config, resources, clock, log });
    const objects = keep(await openObjectStorage({ directory: files.objects, clock, log }));
    const telemetry = keep(await openTelemetry({ path: files.telemetry, clock, log }));
    const compute = keep(await openCompute({ config, identity, objects, telemetry, clock, log, environment }));
    const clear = async () => {
      // What is wanted goes first: controllers would start again what compute ends.
      for (const floor of [resources, identity, compute, objects, telemetry]) await floor.clear();
    };
    return { platform: { config, clock, log, resources, identity, objects, telemetry, compute }, clear, close };
  } catch (error) {
    await close();
    throw error;
  }
}
