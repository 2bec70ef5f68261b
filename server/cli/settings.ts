import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { CliError } from './cli-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** W, I, L and D on a telephone's keys: a port of our own, so that other emulators may run beside. */
export const DEFAULT_PORT = 9453;
const DEFAULT_REGION = 'us-east-1';

/** The home that a command is about: what was given, else `WILDSAGE_HOME`, else `~/.wildsage`. */
export const homeFrom = (given: string | undefined, env: Env = process.env): string =>
  resolve(given ?? (env.WILDSAGE_HOME || join(homedir(), '.wildsage')));

/** Makes the home if need be and keeps it to its owner: it holds secrets. */
export function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
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
  const port = given === undefined ? DEFAULT_PORT : Number(given);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
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
