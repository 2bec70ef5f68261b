// Sets up what a task needs and runs it: node scripts/bootstrap.mjs <task | file.ts> [arguments]
// Plain JavaScript without dependencies: it runs on every Node.js from 18 on, before anything is installed.
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureNode } from './set-up/node.mjs';
import { leaveOwnProxy } from './set-up/own-proxy.mjs';
import { ensurePackages } from './set-up/packages.mjs';
import { become } from './set-up/processes.mjs';
import { SetUpError } from './set-up/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const tasks = {
  demo: 'examples/demo/demo.ts',
  test: 'scripts/test.ts',
  lint: 'scripts/lint.ts',
  bench: 'bench/bench.ts',
  wildsage: 'bin/wildsage',
};

const fileOf = (task) => {
  const file = tasks[task] ?? (task?.endsWith('.ts') ? task : undefined);
  if (file && existsSync(resolve(root, file))) return resolve(root, file);
  throw new SetUpError(
    `${task ? `There is no task ${task}` : 'Which task?'} Usage: node scripts/bootstrap.mjs ` +
      `<${Object.keys(tasks).join(' | ')} | path of a .ts file> [arguments]`,
  );
};

/** Runs `file` under the right Node.js, with its packages there and that Node.js first on PATH. */
export async function runTask(file, args, { isPublished = false } = {}) {
  leaveOwnProxy();
  const node = await ensureNode(root);
  if (!isPublished) await ensurePackages(root);
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  become(node, [file, ...args], { ...process.env, PATH: path });
}

const explain = (error) => {
  process.stderr.write(`${error instanceof SetUpError ? error.message : error.stack}\n`);
  process.exit(1);
};

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [task, ...args] = process.argv.slice(2);
  Promise.resolve()
    .then(() => runTask(fileOf(task), args))
    .catch(explain);
}
