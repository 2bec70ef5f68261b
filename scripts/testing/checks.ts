import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { printPart, type Tally } from './tally.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const bin = (name: string) => join('node_modules', '.bin', name);

export const lintChecks: readonly Check[] = [
  { name: 'format and lint', command: [bin('biome'), 'check', '--colors=off', '--error-on-warnings', '.'] },
  { name: 'import rules', command: [process.execPath, 'scripts/check-imports.ts'] },
];

export const typeCheck: Check = { name: 'types', command: [bin('tsc'), '--noEmit', '--pretty', 'false'] };

const outputOf = ([command = '', ...args]: readonly string[], root: string) =>
  new Promise<{ failed: boolean; output: string }>((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ failed: true, output: error.message }));
    child.on('close', (code) => resolve({ failed: code !== 0, output }));
  });

/** Runs one check of the sources as one test. */
export async function runCheck(check: Check, root: string): Promise<Tally> {
  const began = Date.now();
  const { failed, output } = await outputOf(check.command, root);
  const failures = failed ? [{ name: check.name, at: check.command.join(' '), text: output }] : [];
  const tally = { passed: failed ? 0 : 1, skipped: 0, failures };
  printPart(check.name, tally, Date.now() - began);
  return tally;
}
