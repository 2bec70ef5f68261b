import { paths } from '../config.ts';
import { type CredentialsFile, readCredentialsFile } from '../identity/credentials-file.ts';
import { CliError } from './cli-error.ts';
import { liveServer, type ServerRecord } from './server-record.ts';
import { homeFrom } from './settings.ts';

/** A server that takes requests. */
export interface FoundServer extends ServerRecord {
  readonly url: string;
  readonly credentials: CredentialsFile;
}

const upCommand = (home: string | undefined) => `wildsage up${home ? ` --home ${home}` : ''} --detach`;

/** The server of the home that a command is about. Throws CliError, saying how to start one, when there is none. */
export async function findServer(givenHome: string | undefined): Promise<FoundServer> {
  const home = homeFrom(givenHome);
  const record = liveServer(home);
  if (!record) throw new CliError(`Wildsage is not running for ${home}. Start it with: ${upCommand(givenHome)}`);
  if (!record.url) throw new CliError(`Wildsage is still starting (process ${record.pid}). Try again in a moment.`);
  const credentials = await readCredentialsFile(paths(record.home).credentials);
  if (!credentials) throw new CliError(`${paths(record.home).credentials} is missing. Restart: wildsage down`);
  return { ...record, url: record.url, credentials };
}

/** What the server says of itself; undefined when nothing of ours answers there in time. */
export async function health(url: string, withinMs = 3000): Promise<{ status: string; pid: number } | undefined> {
  try {
    const response = await fetch(`${url}/_/health`, { signal: AbortSignal.timeout(withinMs) });
    const answer = (await response.json()) as { status?: unknown; pid?: unknown };
    return typeof answer.status === 'string' && typeof answer.pid === 'number'
      ? { status: answer.status, pid: answer.pid }
      : undefined;
  } catch {
    return undefined;
  }
}
