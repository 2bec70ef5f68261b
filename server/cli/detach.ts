import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { paths } from '../config.ts';
import { CliError } from './cli-error.ts';
import { health } from './find-server.ts';
import { ephemeralRecord, liveRecord, type ServerRecord } from './server-record.ts';
import type { UpOptions } from './settings.ts';
import { note } from './terminal.ts';

const READY_WITHIN_MS = 60_000;
const LARGEST_LOG = 10 * 1024 * 1024;

const flags = {
  home: '--home',
  host: '--host',
  port: '--port',
  accountId: '--account-id',
  region: '--region',
  databaseUrl: '--database-url',
} as const satisfies Partial<Record<keyof UpOptions, string>>;

const argumentsFor = (options: UpOptions) => [
  'up',
  ...Object.entries(flags).flatMap(([name, flag]) => {
    const value = options[name as keyof typeof flags];
    return value === undefined ? [] : [flag, value];
  }),
  ...(options.ephemeral ? ['--ephemeral'] : []),
];

/** Opens the log to be added to; a long one is put aside first. */
function openLog(path: string): number {
  try {
    if (statSync(path).size > LARGEST_LOG) renameSync(path, `${path}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(path, 'a', 0o600);
}

function spawnServer(home: string, options: UpOptions): { child: ChildProcess; logFrom: number; log: string } {
  const log = paths(home).serverLog;
  const file = openLog(log);
  const logFrom = statSync(log).size;
  const args = [...process.execArgv, process.argv[1] ?? '', ...argumentsFor({ ...options, home })];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', file, file] });
  closeSync(file);
  child.unref();
  return { child, logFrom, log };
}

const isAsWanted = (record: ServerRecord, { port, host }: UpOptions) =>
  (port === undefined || Number(port) === record.port) && (host === undefined || host === record.host);

/** Starts a server in the background and gives its address once it takes requests; one that runs already will do. */
export async function startDetached(home: string, options: UpOptions): Promise<string> {
  const running = options.ephemeral ? undefined : liveRecord(paths(home).lock);
  if (running && !isAsWanted(running, options)) {
    const where = running.url ?? `port ${running.port}`;
    throw new CliError(`Wildsage already runs for ${home}, with other settings, at ${where}. First: wildsage down`);
  }
  if (running) {
    note(`Wildsage is already running (process ${running.pid}).`);
    return untilReady(() => liveRecord(paths(home).lock), home);
  }
  const { child, logFrom, log } = spawnServer(home, options);
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure = `it ended with ${signal ?? `exit code ${code}`}`;
  });
  const tail = () => readFileSync(log).subarray(logFrom).toString().trimEnd().split('\n').slice(-15).join('\n');
  const record = options.ephemeral ? ephemeralRecord(home) : paths(home).lock;
  return untilReady(() => {
    if (failure) throw new CliError(`Wildsage did not start: ${failure}.\n${tail()}`);
    // Its process may be another than the one started here: packages that are missing are installed in between.
    return liveRecord(record);
  }, home);
}

async function untilReady(find: () => ServerRecord | undefined, home: string): Promise<string> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const url = find()?.url;
    if (url && (await health(url))) return url;
    await sleep(50);
  }
  const log = paths(home).serverLog;
  throw new CliError(`Wildsage did not get ready within ${READY_WITHIN_MS / 1000} seconds. Its log is ${log}`);
}
