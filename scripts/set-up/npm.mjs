import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { capture } from './processes.mjs';
import { SetUpError } from './steps.mjs';

const onPath = (name) =>
  (process.env.PATH ?? '').split(delimiter).find((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const program = () => {
  const own = process.env.npm_execpath;
  // Yarn and others set it as well; only npm reads our lock file.
  if (own && /npm-cli\.c?js$/.test(own) && existsSync(own)) return [process.execPath, own];
  const folder = onPath('npm');
  if (folder) return [join(folder, 'npm')];
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return [process.execPath, beside];
  throw new SetUpError('npm is not there. Install Node.js with npm 10 or newer, for example from your distribution.');
};

/** Runs npm in `folder`, quietly. */
export const npm = (args, folder) => {
  const [command, ...first] = program();
  return capture(command, [...first, ...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
};
