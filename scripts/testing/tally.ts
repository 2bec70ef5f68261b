import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';
import { colours } from '../set-up/colours.ts';

/** One test that did not pass, as people read it. */
export interface Failure {
  readonly name: string;
  /** Where it stands: a file, with the line when known. */
  readonly at: string;
  readonly text: string;
}

/** What ran. Only leaves count: a suite, or a test with tests inside, is not one more. */
export interface Tally {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

export const emptyTally: Tally = { passed: 0, skipped: 0, failures: [] };

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

/** The last line of a run: `12 passed, 1 failed, 2 skipped`. */
export const countLine = ({ passed, failures, skipped }: Tally): string =>
  `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** An error as text, with what it compares and without frames of Node itself. */
export function errorText(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // An assertion's message shows the difference already; its properties would show both sides once more.
  const text = cause instanceof AssertionError ? (cause.stack ?? cause.message) : inspect(cause, { depth: 4 });
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:internal/.test(line))
    .join('\n');
}

const indent = (text: string) => text.replace(/^(?=.)/gm, '    ');

export function printFailures(failures: readonly Failure[]): void {
  for (const { name, at, text } of failures) {
    console.log(`\n${colours.red('✗')} ${colours.bold(name)}\n  ${colours.dim(at)}\n${indent(text.trimEnd())}`);
  }
}

/** One line on a finished part: `✓ name (12 tests, 0.4 s)`, without the time where it is not known. */
export function printPart(name: string, tally: Tally, milliseconds?: number): void {
  const mark = tally.failures.length > 0 ? colours.red('✗') : colours.green('✓');
  const ran = tally.passed + tally.failures.length;
  const notes = [`${ran} ${ran === 1 ? 'test' : 'tests'}`];
  if (milliseconds !== undefined) notes.push(`${(milliseconds / 1000).toFixed(1)} s`);
  if (tally.failures.length > 0) notes.unshift(colours.red(`${tally.failures.length} failed`));
  if (tally.skipped > 0) notes.push(`${tally.skipped} skipped`);
  console.log(`${mark} ${name} ${colours.dim(`(${notes.join(', ')})`)}`);
}
