/**
 * Builds what is published: `dist/`, laid out like the repository, with JavaScript for TypeScript (Node.js strips no
 * types below node_modules). `node scripts/build-package.ts && npm publish dist`
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist');

const copied = [
  'bin/wildsage',
  'bin/package.json',
  'scripts/bootstrap.mjs',
  ...globSync('scripts/set-up/*.mjs', { cwd: root }),
  'tools/node/package.json',
  'tools/node/package-lock.json',
  ...globSync('server/**/*.{json,py}', { cwd: root }),
  ...globSync('python/{wildsage_workload/**/*.py,runtimes/*,README.md}', { cwd: root }),
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

rmSync(target, { recursive: true, force: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.package.json'], { cwd: root, stdio: 'inherit' });
for (const file of copied) cpSync(join(root, file), join(target, file));

const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(target, 'package.json'), `${JSON.stringify({ ...manifest, files: ['**/*'] }, null, 2)}\n`);
