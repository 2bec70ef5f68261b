// Runs the tests and ends with one line on how many passed: node scripts/bootstrap.mjs test [suite] [part of a path …]
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { colours } from './set-up/colours.ts';
import { pythonEnvironment } from './set-up/python.ts';
import { lintChecks, runCheck, typeCheck } from './testing/checks.ts';
import { runNodeTests } from './testing/node-tests.ts';
import { runPythonTests } from './testing/python-tests.ts';
import { add, countLine, emptyTally, printFailures, type Tally } from './testing/tally.ts';

const root = dirname(import.meta.dirname);
const suites = ['checks', 'unit', 'python', 'e2e', 'all'] as const;
type Suite = (typeof suites)[number];

const isSuite = (word: string | undefined): word is Suite => suites.some((suite) => suite === word);

const words = process.argv.slice(2);
const suite = isSuite(words[0]) ? words[0] : 'all';
const pathParts = isSuite(words[0]) ? words.slice(1) : words;

const interrupted = new AbortController();
const { signal } = interrupted;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort());

const find = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: (path) => path === 'node_modules' })
    .filter((file) => pathParts.length === 0 || pathParts.some((part) => file.includes(part)))
    .sort();

async function checks(): Promise<Tally> {
  let total = emptyTally;
  for (const check of [...lintChecks, typeCheck]) total = add(total, await runCheck(check, root));
  return total;
}

const nodeTests = (fileTimeoutSeconds: number, ...patterns: string[]) =>
  runNodeTests(find(...patterns), { root, concurrency: 2, fileTimeoutSeconds, signal });

/** Tests of what runs inside workloads, in an environment like theirs. */
async function workloadTests(): Promise<Tally> {
  const targets = find('python/tests/test_*.py');
  if (targets.length === 0) return emptyTally;
  const environment = await pythonEnvironment('python-tests', `${root}/python/tests/requirements.txt`);
  const variables = { PYTHONPATH: `${root}/python` };
  return runPythonTests({ name: 'python/tests', environment, targets, root, timeoutSeconds: 300, variables, signal });
}

/** Real clients: the tests below `e2e/python/<environment>/` run with the packages of `e2e/requirements/<environment>.txt`. */
async function clientTests(): Promise<Tally> {
  let total = emptyTally;
  const files = find('e2e/python/*/**/test_*.py');
  for (const name of new Set(files.map((file) => file.split('/')[2] ?? ''))) {
    const environment = await pythonEnvironment(name, `${root}/e2e/requirements/${name}.txt`);
    const targets = files.filter((file) => file.startsWith(`e2e/python/${name}/`));
    total = add(
      total,
      await runPythonTests({ name: `e2e/python/${name}`, environment, targets, root, timeoutSeconds: 600, signal }),
    );
  }
  return total;
}

const parts: { suite: Suite; title: string; run: () => Promise<Tally> }[] = [
  { suite: 'checks', title: 'Checks of the sources', run: checks },
  {
    suite: 'unit',
    title: 'Unit tests',
    run: () => nodeTests(180, 'server/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'),
  },
  { suite: 'python', title: 'Python tests', run: workloadTests },
  { suite: 'e2e', title: 'End to end', run: () => nodeTests(600, 'e2e/**/*.test.ts') },
  { suite: 'e2e', title: 'End to end, Python clients', run: clientTests },
];

/** A part that cannot run at all, such as for want of Python, is one failure. */
const broken = (title: string, error: unknown): Tally => ({
  ...emptyTally,
  failures: [{ name: title, at: 'scripts/test.ts', text: error instanceof Error ? error.message : String(error) }],
});

let total = emptyTally;
const began = Date.now();
for (const part of parts) {
  const skippedByPath = part.suite === 'checks' && pathParts.length > 0;
  if ((suite !== 'all' && suite !== part.suite) || skippedByPath || signal.aborted) continue;
  console.log(`\n${colours.bold(part.title)}`);
  total = add(total, await part.run().catch((error) => broken(part.title, error)));
}

printFailures(total.failures);
if (signal.aborted) console.log('\nInterrupted: not everything ran.');
console.log(`\n${colours.dim(`${((Date.now() - began) / 1000).toFixed(0)} s`)}`);
console.log(countLine(total));
process.exit(total.failures.length > 0 || signal.aborted || total.passed === 0 ? 1 : 0);
