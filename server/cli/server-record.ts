import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity } from '../compute/host/process-identity.ts';
import { paths } from '../config.ts';

/**
 * What `server.json` says of the server of a home. It is the lock as well: a record whose process has ended counts as
 * absent, by the moment at which that process started and not by its number alone.
 */
export interface ServerRecord {
  readonly pid: number;
  readonly identity: string;
  /** Where the state is: the home itself, or the temporary one of an ephemeral server. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly ephemeral: boolean;
  readonly startedAt: string;
  /** Missing until it takes requests. */
  readonly url?: string;
}

const parse = (text: string): ServerRecord | undefined => {
  try {
    const record = JSON.parse(text);
    return typeof record?.pid === 'number' && typeof record.identity === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
};

const textAt = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** What a record says, be its server alive or not; undefined when there is none. */
export const readRecord = (path: string): ServerRecord | undefined => parse(textAt(path) ?? '');

/** The record of a server that is alive; undefined when there is none. */
export function liveRecord(path: string): ServerRecord | undefined {
  const record = readRecord(path);
  return record && isAlive(record) ? record : undefined;
}

/** Where a home says which ephemeral server was started last with it; that one's own lock is in its temporary home. */
export const ephemeralRecord = (home: string) => join(home, 'ephemeral.json');

/** The server that commands about `home` speak to: its own, else the ephemeral one started last. */
export const liveServer = (home: string): ServerRecord | undefined =>
  liveRecord(paths(home).lock) ?? liveRecord(ephemeralRecord(home));

/** The record of this process, to be claimed. */
export const ownRecord = (facts: Omit<ServerRecord, 'pid' | 'identity' | 'startedAt' | 'url'>): ServerRecord => ({
  pid: process.pid,
  identity: processIdentity(process.pid) ?? '',
  startedAt: new Date().toISOString(),
  ...facts,
});

function tryLink(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    // A link appears whole, and only where nothing is yet: of two servers one gets it.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a dead server's record away, unless it has been replaced since it was read. */
function clearStale(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const taken = textAt(aside);
  if (taken !== undefined && taken !== stale) {
    // Another start was quicker, and what was moved aside is its claim: put it back.
    tryLink(path, taken);
  }
  rmSync(aside, { force: true });
}

/**
 * Claims the home whose lock is at `path`. Throws what `taken` makes of the record when a server that is alive has it;
 * a dead one's is replaced.
 */
export function claim(path: string, record: ServerRecord, taken: (by: ServerRecord) => Error): void {
  for (let attempt = 0; attempt < 10; attempt++) {
    if (tryLink(path, JSON.stringify(record))) return;
    const text = textAt(path);
    if (text === undefined) continue;
    const other = parse(text);
    if (other && isAlive(other)) throw taken(other);
    clearStale(path, text);
  }
  throw new Error(`${path} could not be claimed: something else keeps replacing it`);
}

/** Says in the claimed record where the server answers. */
export function publish(path: string, record: ServerRecord): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  renameSync(draft, path);
}

/** Gives the home back, if this process has it. */
export function release(path: string): void {
  if (readRecord(path)?.pid === process.pid) rmSync(path, { force: true });
}
