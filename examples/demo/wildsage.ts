import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = dirname(dirname(import.meta.dirname));
const command = join(root, 'bin', 'wildsage');

const saidBy = (error: unknown) => (error as { stderr?: string }).stderr?.trim() || String(error);

const wildsage = async (...args: string[]): Promise<string> => {
  const { stdout } = await run(process.execPath, [command, ...args]);
  return stdout.trim();
};

/** Starts Wildsage in the background, or finds it running. Where its usual port is taken, any free one will do. */
export async function startWildsage(): Promise<string> {
  try {
    return await wildsage('up', '--detach');
  } catch (error) {
    if (!/Port \d+ .* is taken/.test(saidBy(error))) throw new Error(saidBy(error));
    return wildsage('up', '--detach', '--port', '0');
  }
}

/** What `wildsage env` gives. */
export async function environment(): Promise<Record<string, string>> {
  return JSON.parse(await wildsage('env', '--format', 'json'));
}

export const isRunning = async () => {
  try {
    await wildsage('status', '--json');
    return true;
  } catch {
    return false;
  }
};

/** Ends it, and gives what it says: whether something else goes on running. */
export async function stopWildsage(): Promise<string> {
  const { stderr } = await run(process.execPath, [command, 'down']);
  return stderr.trim();
}
