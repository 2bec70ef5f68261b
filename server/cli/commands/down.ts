import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, signalProcess } from '../../compute/host/process-identity.ts';
import { stillRunning } from '../../compute/process/still-running.ts';
import { CliError } from '../cli-error.ts';
import { liveServer, type ServerRecord } from '../server-record.ts';
import { homeFrom } from '../settings.ts';
import { note } from '../terminal.ts';

const GONE_WITHIN_MS = 60_000;

/** Stops the server and waits until it has ended. */
export async function stop(server: ServerRecord): Promise<void> {
  signalProcess(server, 'SIGTERM');
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (isAlive(server)) {
    if (Date.now() > deadline) {
      throw new CliError(`Process ${server.pid} does not end. To end it the hard way: kill -9 ${server.pid}`);
    }
    await sleep(50);
  }
}

const NAMED = 5;

/** What runs on without the server, for people: the first few by name. Undefined when nothing does. */
async function runsOn(home: string): Promise<string | undefined> {
  const workloads = await stillRunning(home);
  if (workloads.length === 0) return undefined;
  const names = [
    ...new Set(workloads.map(({ type, owner }) => `${type === 'job' ? 'job' : 'endpoint'} ${owner.name}`)),
  ];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return [
    `Still running: ${names.slice(0, NAMED).join(', ')}${more}.`,
    'The next `wildsage up` takes them up again. To end them: stop the jobs and delete the endpoints while Wildsage',
    'is up, or end everything and empty the home with `wildsage reset`.',
  ].join('\n');
}

export async function down(options: { home?: string }): Promise<void> {
  const home = homeFrom(options.home);
  const server = liveServer(home);
  if (server) await stop(server);
  note(!server ? `Wildsage is not running for ${home}.` : 'Wildsage has stopped.');
  if (server?.ephemeral) return note('Nothing is kept.');
  const left = await runsOn(home);
  if (left) note(left);
}
