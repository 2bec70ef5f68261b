import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Config, paths } from '../config.ts';
import { CliError } from './cli-error.ts';
import { ephemeralRecord } from './server-record.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** W, I, L and D on a telephone's keys: a port of our own, so that other emulators may run beside. */
export const DEFAULT_PORT = 9453;
const DEFAULT_REGION = 'us-east-1';

/** What a script gives for a variable that is not set; it must not come to mean the working folder or all addresses. */
function refuseEmpty(option: string, value: string | undefined): void {
  if (value === '') throw new CliError(`${option} is empty; give it a value, or leave it out.`, 2);
}

/** The home that a command is about: what was given, else `WILDSAGE_HOME`, else `~/.wildsage`. */
export function homeFrom(given: string | undefined, env: Env = process.env): string {
  refuseEmpty('--home', given);
  return resolve(given ?? (env.WILDSAGE_HOME || join(homedir(), '.wildsage')));
}

/** Like `mkdir -p`. Node's own goes round in circles where a folder is there and nothing can be made in it, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** True for a folder that is empty, or has been a home, or has been prepared to be one. */
function canBeHome(folder: string): boolean {
  const { credentials, authority, resources, lock, serverLog } = paths(folder);
  const files = [credentials, authority, resources, lock, serverLog, ephemeralRecord(folder)];
  const ours = [...files.map((path) => basename(path)), 'runtimes.json'];
  const names = readdirSync(folder).filter((name) => name !== 'lost+found');
  // By their beginnings: another server that starts just now may have no more there than the draft of a file.
  return names.length === 0 || names.some((name) => ours.some((own) => name.startsWith(own)));
}

/**
 * Makes the home if need be and keeps it to its owner: it holds secrets. A folder with something else in it is left
 * alone: others would lose their way to it, and `wildsage reset` would delete in it.
 */
export function prepareHome(home: string): void {
  try {
    makeFolder(home);
    if (!canBeHome(home)) throw new Error('there are other things in it. Give it a new or an empty folder.');
    chmodSync(home, 0o700);
  } catch (error) {
    throw new CliError(`The home ${home} cannot be used: ${(error as Error).message}`);
  }
}

export interface UpOptions {
  readonly home?: string;
  readonly host?: string;
  readonly port?: string;
  readonly detach?: boolean;
  readonly ephemeral?: boolean;
  readonly accountId?: string;
  readonly region?: string;
  readonly databaseUrl?: string;
}

function portFrom(given: string | undefined): number {
  if (given === undefined) return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(given) && Number(given) < 65_536) return Number(given);
  throw new CliError(`--port is "${given}"; it can be a number from 0 (any free port) to 65535.`, 2);
}

function regionFrom(given: string | undefined, env: Env): string {
  const region = given ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || DEFAULT_REGION);
  if (/^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(region)) return region;
  throw new CliError(`"${region}" is not the name of an AWS region; one is ${DEFAULT_REGION}.`, 2);
}

function rootCredentialsFrom(env: Env): Config['rootCredentials'] {
  const { WILDSAGE_ACCESS_KEY_ID: accessKeyId, WILDSAGE_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  if (!accessKeyId && !secretAccessKey) return undefined;
  throw new CliError('Set both WILDSAGE_ACCESS_KEY_ID and WILDSAGE_SECRET_ACCESS_KEY, or neither.', 2);
}

/**
 * The PostgreSQL of a server's resources. An ephemeral server empties what it is given when it ends, so that it takes
 * only one that was named for it, never the one of the environment, which may be another server's.
 */
const databaseFrom = ({ databaseUrl, ephemeral }: UpOptions, env: Env) =>
  databaseUrl ?? (ephemeral ? undefined : env.WILDSAGE_DATABASE_URL || undefined);

/** The configuration of a server whose state is in `home`. Throws CliError for what cannot be. */
export function configFrom(options: UpOptions, home: string, env: Env = process.env): Config {
  const { accountId } = options;
  refuseEmpty('--host', options.host);
  if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
    throw new CliError(`--account-id is "${accountId}"; an account id has 12 digits.`, 2);
  }
  return {
    home,
    host: options.host ?? '127.0.0.1',
    port: portFrom(options.port),
    accountId,
    region: regionFrom(options.region, env),
    ephemeral: options.ephemeral ?? false,
    databaseUrl: databaseFrom(options, env),
    rootCredentials: rootCredentialsFrom(env),
    cache: resolve(env.WILDSAGE_CACHE || join(homedir(), '.cache', 'wildsage')),
  };
}
