import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { step } from './steps.mjs';

const packagesIn = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
};

/** True when node_modules holds what the lock file names. npm keeps the list of what it installed beside it. */
export function isInstalled(root) {
  const installed = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  const wanted = packagesIn(join(root, 'package-lock.json'));
  return Object.entries(wanted).every(([path, entry]) => {
    const there = installed[path];
    // Optional ones of other systems are left out by npm.
    if (path === '' || (!there && entry.optional)) return true;
    return there?.version === entry.version && there?.integrity === entry.integrity;
  });
}

/** The packages of the lock file, in node_modules. */
export async function ensurePackages(root) {
  if (isInstalled(root)) return;
  // Not `npm ci`: that refuses a lock file made where the registry lacks optional packages of other systems. This goes
  // by the lock file's versions and hashes just as well, and leaves the file as it is.
  await step('Packages from npm', () => npm(['install', '--no-save'], root));
}
