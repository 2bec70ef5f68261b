import { relative } from 'node:path';
import { run } from 'node:test';
import { add, emptyTally, errorText, type Failure, printPart, type Tally } from './tally.ts';

type Fault = Error & { readonly failureType?: string; readonly exitCode?: number; readonly signal?: string };

/** An outcome as `node:test` reports it; the type of its events leaves out what tells suites from tests. */
interface Outcome {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string;
  readonly line?: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly error?: Fault };
}

const processFault = (error: Fault | undefined) =>
  typeof error?.exitCode === 'number'
    ? `The process of this file ended with exit code ${error.exitCode}.`
    : error?.signal
      ? `The process of this file was ended by ${error.signal}.`
      : errorText(error);

/** Gathers what one file's tests gave. Outcomes come children first, so that a parent is known by what precedes it. */
export class FileTally {
  passed = 0;
  skipped = 0;
  readonly failures: Failure[] = [];
  output = '';
  #deepest = 0;
  #names: string[] = [];

  /** A test begins: its name becomes part of the names of what it holds. */
  start(name: string, nesting: number): void {
    this.#names[nesting] = name;
  }

  add(outcome: Outcome, failed: boolean): void {
    const hasChildren = this.#deepest > outcome.nesting;
    this.#deepest = outcome.nesting;
    // node:test reports a file of its own when its process fails, or when there is no test in it.
    if (outcome.name === outcome.file && !failed) return;
    // A parent fails with its children; it counts by itself only for a fault of its own, such as a hook's.
    const ownFault = failed && outcome.details.error?.failureType !== 'subtestsFailed';
    const isLeaf = !hasChildren && outcome.details.type !== 'suite';
    if (!isLeaf && !ownFault) return;
    if (outcome.skip !== undefined || outcome.todo !== undefined) this.skipped++;
    else if (failed) this.failures.push(this.#failure(outcome));
    else this.passed++;
  }

  /** Keeps the end of what the file printed, which often tells why it failed. */
  print(text: string): void {
    this.output = (this.output + text).slice(-4000);
  }

  #failure({ name, nesting, file, line, details }: Outcome): Failure {
    const at = relative(process.cwd(), file ?? '');
    if (name === file) return { name: at, at, text: processFault(details.error) };
    const parents = this.#names.slice(0, nesting);
    return { name: [...parents, name].join(' › '), at: line ? `${at}:${line}` : at, text: errorText(details.error) };
  }

  /** A file that ends before its tests have run, or that has none, has not passed. */
  failIfEmpty(file: string): void {
    if (this.passed + this.skipped + this.failures.length > 0) return;
    this.failures.push({ name: file, at: file, text: 'No test of this file has run.' });
  }

  tally(): Tally {
    const [first, ...rest] = this.failures;
    if (!first || !this.output.trim()) return this;
    const text = `${first.text}\n\nThe file printed:\n${this.output.trimEnd()}`;
    return { passed: this.passed, skipped: this.skipped, failures: [{ ...first, text }, ...rest] };
  }
}

export interface NodeTestOptions {
  readonly root: string;
  readonly concurrency: number;
  readonly fileTimeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** Runs test files, each in its own process, and prints a line on each as it ends. */
export async function runNodeTests(files: readonly string[], options: NodeTestOptions): Promise<Tally> {
  const open = new Map<string, FileTally>();
  let total = emptyTally;
  const of = (file: string | undefined) => {
    const name = relative(options.root, file ?? options.root) || 'node:test';
    const found = open.get(name) ?? new FileTally();
    open.set(name, found);
    return found;
  };
  const finish = (name: string, milliseconds?: number) => {
    const file = open.get(name);
    if (!file) return;
    open.delete(name);
    if (files.includes(name) && !options.signal?.aborted) file.failIfEmpty(name);
    const tally = file.tally();
    total = add(total, tally);
    printPart(name, tally, milliseconds);
  };
  const stream = run({
    files: files.map((file) => `${options.root}/${file}`),
    concurrency: options.concurrency,
    timeout: options.fileTimeoutSeconds * 1000,
    signal: options.signal,
    cwd: options.root,
  });
  for await (const { type, data } of stream) {
    if (type === 'test:start') of(data.file).start(data.name, data.nesting);
    else if (type === 'test:pass') of(data.file).add(data, false);
    else if (type === 'test:fail') of(data.file).add(data, true);
    else if (type === 'test:stdout' || type === 'test:stderr') of(data.file).print(data.message);
    else if (type === 'test:summary' && data.file) finish(relative(options.root, data.file), data.duration_ms);
  }
  // Tests that a test file takes from another module are reported under that module, which never ends.
  for (const name of [...open.keys()]) finish(name);
  return total;
}
