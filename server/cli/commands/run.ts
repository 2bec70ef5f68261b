import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { paths } from '../../config.ts';
import { readCredentialsFile } from '../../identity/credentials-file.ts';
import { CliError } from '../cli-error.ts';
import { unsetVariables, variablesFor } from '../environment.ts';
import { makeEphemeralHome } from '../ephemeral-home.ts';
import { type FoundServer, findServer } from '../find-server.ts';
import { roleCredentials } from '../role-credentials.ts';
import { quietServerLog } from '../server-log.ts';
import { claim, ownRecord, publish } from '../server-record.ts';
import { configFrom, homeFrom } from '../settings.ts';
import { end, removeLeftovers, start } from './up.ts';

interface RunOptions {
  readonly home?: string;
  readonly role?: boolean;
  readonly ephemeral?: boolean;
}

interface Ended {
  readonly code: number;
  readonly signal?: NodeJS.Signals;
}

/** Runs the command with the variables of its server; ends as the command ends. */
export async function run(command: readonly string[], options: RunOptions): Promise<void> {
  const ended = options.ephemeral
    ? await withOwnServer(options.home, (server) => runFor(server, command, options))
    : await runFor(await findServer(options.home), command, options);
  if (ended.signal) process.kill(process.pid, ended.signal);
  process.exitCode = ended.code;
}

async function runFor(server: FoundServer, command: readonly string[], { role }: RunOptions): Promise<Ended> {
  const credentials = role ? await roleCredentials(server) : undefined;
  const unset = unsetVariables();
  const kept = Object.entries(process.env).filter(([name]) => !unset.includes(name));
  const env = { ...Object.fromEntries(kept), ...variablesFor(server, credentials), WILDSAGE_HOME: server.home };
  return runChild(command, env);
}

function runChild([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
    // Ctrl-C on a terminal reaches the command by itself; passing it on would be a second one.
    const forward = (signal: NodeJS.Signals) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    // Before the command starts: a signal between the two would end this process and leave the command behind.
    for (const signal of signals) process.on(signal, forward);
    const child = spawn(file, args, { stdio: 'inherit', env });
    const done = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      done();
      const reason = error.code === 'ENOENT' ? 'there is no such command' : error.message;
      reject(new CliError(`${file} cannot be run: ${reason}`, error.code === 'ENOENT' ? 127 : 126));
    });
    child.once('exit', (code, signal) => {
      done();
      resolve({ code: code ?? 1, signal: signal ?? undefined });
    });
  });
}

/** A server for one command, on a free port, with a home that is gone afterwards. */
async function withOwnServer(
  givenHome: string | undefined,
  use: (server: FoundServer) => Promise<Ended>,
): Promise<Ended> {
  const settings = configFrom({ ephemeral: true, port: '0' }, homeFrom(givenHome));
  await removeLeftovers(settings.home, settings);
  const home = makeEphemeralHome();
  const config = { ...settings, home };
  const { host, port, region, ephemeral } = config;
  const record = ownRecord({ home, host, port, region, ephemeral });
  try {
    // What tells the next one, should this one be killed, that nobody has this home any more.
    claim(paths(home).lock, record, (by) => new Error(`Process ${by.pid} has ${home}`));
    const running = await start(config, quietServerLog());
    try {
      const credentials = await readCredentialsFile(paths(home).credentials);
      if (!credentials) throw new Error(`${paths(home).credentials} was not made`);
      const server = { ...record, url: running.url, credentials };
      publish(paths(home).lock, { ...record, url: running.url });
      return await use(server);
    } finally {
      await end(running, config);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
