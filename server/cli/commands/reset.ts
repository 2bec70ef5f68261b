import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Config, paths } from '../../config.ts';
import { CliError } from '../cli-error.ts';
import { quietServerLog } from '../server-log.ts';
import { claim, liveRecord, ownRecord, release } from '../server-record.ts';
import { configFrom, homeFrom, prepareHome } from '../settings.ts';
import { confirm, note } from '../terminal.ts';
import { stop } from './down.ts';
import { end, start } from './up.ts';

/** Empties the home. The account, its key and the certificate authority stay, so that clients that know them go on. */
export async function reset(options: { home?: string; yes?: boolean; databaseUrl?: string }): Promise<void> {
  const home = homeFrom(options.home);
  const question = `Delete all resources, objects, logs and running workloads of ${home}?`;
  if (!options.yes && !(await confirm(question))) {
    throw new CliError('Nothing was deleted. Without a terminal to ask on, --yes says it.');
  }
  prepareHome(home);
  const { lock } = paths(home);
  const running = liveRecord(lock);
  if (running) await stop(running);
  const config: Config = {
    ...configFrom({ port: '0', databaseUrl: options.databaseUrl }, home),
    host: '127.0.0.1',
    ephemeral: true,
  };
  claim(lock, ownRecord({ home, host: config.host, port: 0, region: config.region, ephemeral: false }), (by) => {
    return new CliError(`Another Wildsage has just been started (process ${by.pid}). Nothing was deleted.`);
  });
  try {
    // Only a server knows how to end what runs. Ending an ephemeral one ends its workloads and empties its stores.
    await end(await start(config, quietServerLog()), config);
    removeState(home);
  } finally {
    release(lock);
  }
  note(`${home} is empty${running ? ', and Wildsage has stopped' : ''}. Start again with: wildsage up --detach`);
}

function removeState(home: string): void {
  const { credentials, authority, lock } = paths(home);
  const kept = [credentials, authority, lock].map((path) => basename(path));
  const ours = Object.values(paths(home)).map((path) => basename(path));
  for (const name of readdirSync(home)) {
    // SQLite's files beside a database go with it. What else someone keeps here is not ours to delete.
    const isOurs = ours.some((own) => name === own || name.startsWith(`${own}-`) || name.startsWith(`${own}.`));
    if (isOurs && !kept.includes(name)) rmSync(join(home, name), { recursive: true, force: true });
  }
}
