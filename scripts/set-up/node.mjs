import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { SetUpError, step } from './steps.mjs';

const WANTED = 24;

/** Where environments and tools are kept, shared by all clones and homes. */
export const cacheFolder = () => process.env.WILDSAGE_CACHE || join(homedir(), '.cache', 'wildsage');

const isNewEnough = () => Number.parseInt(process.versions.node, 10) >= WANTED;

const programIn = (folder) => {
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) return undefined;
  return readdirSync(modules)
    .filter((name) => /^node(-bin)?-(linux|darwin)-/.test(name))
    .map((name) => join(modules, name, 'bin', 'node'))
    .find((path) => existsSync(path));
};

const copy = (from, to) => {
  try {
    mkdirSync(to, { recursive: true });
  } catch (error) {
    throw new SetUpError(
      `The cache ${cacheFolder()} cannot be written to (${error.message}). ` +
        'Name another folder: WILDSAGE_CACHE=DIR, and WILDSAGE_HOME=DIR for the platform’s own data.',
    );
  }
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(from, name), join(to, name));
};

const install = async (description, folder) => {
  const temporary = `${folder}.${process.pid}`;
  copy(description, temporary);
  await npm(['install', '--no-save', '--ignore-scripts'], temporary);
  const program = programIn(temporary);
  if (!program) {
    rmSync(temporary, { recursive: true, force: true });
    throw new SetUpError(
      `There is no Node.js ${WANTED} for ${process.platform}-${process.arch} in the npm registry. ` +
        `This is ${process.version}: install Node.js ${WANTED} or newer from https://nodejs.org.`,
    );
  }
  chmodSync(program, 0o755);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Another clone was quicker; what it installed is the same.
    rmSync(temporary, { recursive: true, force: true });
    if (!programIn(folder)) throw error;
  }
};

/** The path of a Node.js that runs this project: this very one when it is new enough, else one from the npm registry. */
export async function ensureNode(root) {
  if (isNewEnough()) return process.execPath;
  const description = join(root, 'tools', 'node');
  const lock = createHash('sha256')
    .update(readFileSync(join(description, 'package-lock.json')))
    .digest('hex');
  const folder = join(cacheFolder(), 'node', lock.slice(0, 16));
  const program = programIn(folder);
  if (program) return program;
  await step(`Node.js ${WANTED} from npm (this is ${process.version})`, () => install(description, folder));
  return programIn(folder);
}
