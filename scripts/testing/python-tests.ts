import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { testCases } from './junit.ts';
import { type Failure, printPart, type Tally } from './tally.ts';

export interface PythonSuite {
  readonly name: string;
  /** Folder of a Python environment that has pytest. */
  readonly environment: string;
  /** Files or folders of tests. */
  readonly targets: readonly string[];
  readonly root: string;
  readonly timeoutSeconds: number;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const pytest = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--color=no', '--tb=short'];

/** Runs pytest, gives its exit code (undefined when it was ended) and the end of what it printed. */
function runPytest(suite: PythonSuite, report: string): Promise<{ code?: number; output: string }> {
  const bin = join(suite.environment, 'bin');
  const path = [bin, process.env.PATH].join(delimiter);
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...suite.variables, PATH: path };
  const args = [...pytest, `--junitxml=${report}`, ...suite.targets];
  const timeout = AbortSignal.timeout(suite.timeoutSeconds * 1000);
  const signal = suite.signal ? AbortSignal.any([suite.signal, timeout]) : timeout;
  return new Promise((resolve) => {
    const child = spawn(join(bin, 'python'), args, { cwd: suite.root, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk).slice(-6000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => keep(Buffer.from(`\n${error.message}`)));
    child.on('close', (code) => resolve({ code: code ?? undefined, output }));
  });
}

const reportAt = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Runs one suite of Python tests and prints a line on it. A run that ends without a report is one failure. */
export async function runPythonTests(suite: PythonSuite): Promise<Tally> {
  const began = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'wildsage-pytest-'));
  const report = join(folder, 'report.xml');
  try {
    const { code, output } = await runPytest(suite, report);
    const xml = reportAt(report);
    const tally: Tally = xml ? testCases(xml) : { passed: 0, skipped: 0, failures: [] };
    const broken = code !== 0 && tally.failures.length === 0;
    const how = code === undefined ? 'was ended: it took too long, or was interrupted' : `ended with exit code ${code}`;
    const failure: Failure = { name: suite.name, at: suite.targets.join(' '), text: `pytest ${how}.\n${output}` };
    const result = broken ? { ...tally, failures: [failure] } : tally;
    printPart(suite.name, result, Date.now() - began);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
