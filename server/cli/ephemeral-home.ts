import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../compute/host/process-identity.ts';
import { type Config, paths } from '../config.ts';
import { claim, ephemeralRecord, ownRecord, readRecord, release } from './server-record.ts';
import { note } from './terminal.ts';

const PREFIX = 'wildsage-ephemeral-';

export const makeEphemeralHome = (): string => mkdtempSync(join(tmpdir(), PREFIX));

/** The temporary homes of servers that were killed. One that has no record yet is just being made. */
function leftHomes(home: string): string[] {
  const last = readRecord(ephemeralRecord(home))?.home;
  const here = readdirSync(tmpdir()).map((name) => join(tmpdir(), name));
  return [...new Set([...here, ...(last ? [last] : [])])]
    .filter((folder) => basename(folder).startsWith(PREFIX))
    .filter((folder) => {
      try {
        const record = readRecord(paths(folder).lock);
        return record !== undefined && !isAlive(record) && statSync(folder).uid === process.getuid?.();
      } catch {
        return false;
      }
    });
}

/**
 * Ends what ephemeral servers that were killed have left running, and deletes their temporary homes. `empty` starts a
 * server there and ends it: only a server knows what ran, and how to end it.
 */
export async function removeLeftHomes(
  home: string,
  settings: Config,
  empty: (config: Config) => Promise<void>,
): Promise<void> {
  for (const folder of leftHomes(home)) {
    const { lock } = paths(folder);
    const config: Config = { ...settings, home: folder, host: '127.0.0.1', port: 0, ephemeral: true };
    try {
      const { host, port, region, ephemeral } = config;
      claim(lock, ownRecord({ home: folder, host, port, region, ephemeral }), () => new Error('another one does it'));
    } catch {
      continue;
    }
    try {
      await empty(config);
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      release(lock);
      const where = `${basename(folder)} in ${dirname(folder)}`;
      note(`What an ephemeral server has left behind, ${where}, could not be ended: ${(error as Error).message}`);
    }
  }
}
