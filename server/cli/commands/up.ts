import { rmSync } from 'node:fs';
import { type Config, paths } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import type { RunningServer } from '../../main.ts';
import { CliError } from '../cli-error.ts';
import { startDetached } from '../detach.ts';
import { makeEphemeralHome, removeLeftHomes } from '../ephemeral-home.ts';
import { quietServerLog, serverLog } from '../server-log.ts';
import {
  claim,
  ephemeralRecord,
  liveRecord,
  ownRecord,
  publish,
  release,
  type ServerRecord,
} from '../server-record.ts';
import { configFrom, homeFrom, prepareHome, type UpOptions } from '../settings.ts';
import { portTaken } from '../taken-port.ts';
import { note } from '../terminal.ts';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const alreadyRunning = (home: string, { url, pid }: ServerRecord) =>
  new CliError(
    `Wildsage is already running for ${home}${url ? ` at ${url}` : ''} (process ${pid}). ` +
      'End it with `wildsage down`, or use another home and port: wildsage up --home DIR --port N',
  );

/** Says the one line on standard output that scripts wait for. */
const sayReady = (url: string) => void process.stdout.write(`Wildsage is ready at ${url}\n`);

/** An ephemeral server beside the home's own is not the one that the other commands find. */
function sayWhoIsSpokenTo(home: string, temporary: string): void {
  if (!liveRecord(paths(home).lock)) return;
  note(`The other commands go on speaking to the server of ${home}. For this one, give them: --home ${temporary}`);
}

export async function up(options: UpOptions): Promise<void> {
  const home = homeFrom(options.home);
  const settings = configFrom(options, home);
  prepareHome(home);
  if (options.detach) return sayReady(await startDetached(home, options));
  await serve(home, settings);
}

/** Starts a server in this process, and stays until it is told to end. */
async function serve(home: string, settings: Config): Promise<void> {
  const { ephemeral } = settings;
  if (ephemeral) await removeLeftovers(home, settings);
  const config = ephemeral ? { ...settings, home: makeEphemeralHome() } : settings;
  const { host, port, region } = config;
  const records = [paths(config.home).lock, ...(ephemeral ? [ephemeralRecord(home)] : [])];
  const record = ownRecord({ home: config.home, host, port, region, ephemeral });
  try {
    claim(paths(config.home).lock, record, (by) => alreadyRunning(home, by));
    const told = untilTold();
    const server = await start(config, serverLog());
    for (const path of records) publish(path, { ...record, url: server.url });
    sayReady(server.url);
    if (ephemeral) sayWhoIsSpokenTo(home, config.home);
    await told;
    await end(server, config);
  } finally {
    for (const path of records) release(path);
    if (ephemeral) rmSync(config.home, { recursive: true, force: true });
  }
}

/** Before an ephemeral server starts: ends and deletes what those that were killed have left. */
export const removeLeftovers = (home: string, settings: Config) =>
  removeLeftHomes(home, settings, async (config) => end(await start(config, quietServerLog()), config));

/** Starts the server of `config`. Throws CliError in words for people when it cannot be. */
export async function start(config: Config, log: Logger): Promise<RunningServer> {
  const { startServer } = await import('../../main.ts');
  try {
    return await startServer(config, log);
  } catch (error) {
    throw await explained(error as NodeJS.ErrnoException, config);
  }
}

/** Why a server did not start, in words for people. What looks like a fault of ours keeps its stack. */
async function explained(error: NodeJS.ErrnoException, { home, host, port }: Config): Promise<Error> {
  const { code, message } = error;
  if (code === 'EADDRINUSE') return new CliError(await portTaken(host, port));
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new CliError(`${host} is no address of this machine.`);
  if (code === 'EACCES') return new CliError(`Port ${port} or the home ${home} is not for this user: ${message}`);
  if (code === 'ENOSPC') return new CliError(`The disk of ${home} is full: ${message}`);
  if (code === 'ERR_SQLITE_ERROR') return new CliError(`A database of the home ${home} cannot be opened: ${message}`);
  const isOurs = code?.startsWith('ERR_') || error.name !== 'Error';
  return isOurs ? error : new CliError(`Wildsage could not start: ${message}`);
}

/** Ends a server; what an ephemeral one has started ends with it. */
export async function end(server: RunningServer, config: Config): Promise<void> {
  if (config.ephemeral) await fetch(`${server.url}/_/reset`, { method: 'POST' });
  await server.close();
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    const told = (signal: NodeJS.Signals) => {
      // Without a listener the next signal ends the process, as people expect who press Ctrl-C twice.
      for (const each of ENDING) process.off(each, told);
      if (signal === 'SIGINT') note('\nStopping. Once more ends it at once.');
      resolve();
    };
    for (const signal of ENDING) process.on(signal, told);
  });
}
