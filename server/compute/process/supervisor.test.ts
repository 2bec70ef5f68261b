import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { processIdentity } from '../host/process-identity.ts';
import { findPython } from '../host/python.ts';
import { until } from '../test-floor.ts';

const run = promisify(execFile);

describe('supervisor', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wildsage-supervisor-'));
  });
  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function supervise(command: string, options: Record<string, unknown> = {}): Promise<ChildProcess> {
    const spec = {
      argv: ['sh', '-c', command],
      environment: { PATH: process.env.PATH, FOLDER: folder },
      directory: folder,
      depth: 0,
      announces: false,
      graceSeconds: 5,
      logBytes: 1_000_000,
      restart: false,
      notices: [],
      ...options,
    };
    if (!existsSync(join(folder, 'run.json'))) writeFileSync(join(folder, 'run.json'), JSON.stringify(spec));
    child = spawn((await findPython()).executable, ['-I', '-S', join(import.meta.dirname, 'supervisor.py'), folder], {
      stdio: 'inherit',
    });
    return child;
  }
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  const lines = () =>
    read('log')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replace(/^\d{13} /, ''));
  const exit = async () => JSON.parse(await until(() => read('exit.json'), Boolean));
  const status = () => JSON.parse(read('status.json') || '{}');

  it('writes each line with its time, and how the program ended', async () => {
    const before = Date.now();
    await supervise('echo out; echo err >&2; exit 7', { notices: ['a word before'] });
    assert.partialDeepStrictEqual(await exit(), { reason: 'ended', code: 7 });
    assert.deepEqual(lines(), ['a word before', 'out', 'err']);
    const time = Number(read('log').slice(0, 13));
    assert.ok(time >= before - 1 && time <= Date.now());
  });

  it('runs a program once, whatever happens', async () => {
    const first = await supervise('echo ran; sleep 0.3');
    await until(lines, (seen) => seen.length > 0);
    const second = await supervise('');
    await until(
      () => second.exitCode,
      (code) => code !== null,
    );
    assert.equal(second.exitCode, 75);
    await until(
      () => first.exitCode,
      (code) => code !== null,
    );
    const third = await supervise('');
    await until(
      () => third.exitCode,
      (code) => code !== null,
    );
    assert.equal(third.exitCode, 75);
    assert.deepEqual(lines(), ['ran']);
  });

  it('says that its log is full, and lets the program go on', async () => {
    await supervise('i=0; while [ $i -lt 300 ]; do echo 0123456789; i=$((i+1)); done', { logBytes: 2000 });
    assert.partialDeepStrictEqual(await exit(), { reason: 'ended', code: 0 });
    assert.equal(lines().at(-1), 'The log has reached 2000 bytes: what follows is not kept.');
    assert.equal(lines().filter((line) => line.startsWith('The log')).length, 1);
  });

  it('does not wait for a stray process that holds the output open', async () => {
    await supervise('(trap "" HUP TERM; exec sleep 3) & echo done');
    assert.partialDeepStrictEqual(await exit(), { reason: 'ended', code: 0 });
    assert.deepEqual(lines(), ['done']);
  });

  it('stops when asked before it has begun', async () => {
    writeFileSync(join(folder, 'stop'), '');
    await supervise('echo ran');
    assert.partialDeepStrictEqual(await exit(), { reason: 'asked', code: null });
    assert.deepEqual(lines(), []);
  });

  it('starts a server again, with growing pauses, until it is asked to stop', async () => {
    const supervisor = await supervise('echo run; exit 1', { restart: true });
    await until(
      () => status().runs ?? 0,
      (runs) => runs >= 2,
    );
    assert.equal(status().lastExit, 1);
    writeFileSync(join(folder, 'stop'), '');
    supervisor.kill('SIGUSR1');
    assert.partialDeepStrictEqual(await exit(), { reason: 'asked' });
  });

  it('ends its program in good order when the machine shuts down', async () => {
    const supervisor = await supervise("trap 'echo saved; exit 0' TERM; echo up; while :; do sleep 0.02; done");
    await until(lines, (seen) => seen.includes('up'));
    supervisor.kill('SIGTERM');
    assert.partialDeepStrictEqual(await exit(), { reason: 'machine', code: 0 });
    assert.deepEqual(lines(), ['up', 'saved']);
  });

  it('keeps its last word until the disk takes it', async () => {
    mkdirSync(join(folder, 'exit.json.new'));
    await supervise('echo done');
    await until(lines, (seen) => seen.includes('done'));
    await until(
      () => processIdentity(status().pid),
      (identity) => identity === undefined,
    );
    rmSync(join(folder, 'exit.json.new'), { recursive: true });
    assert.partialDeepStrictEqual(await exit(), { reason: 'ended', code: 0 });
  });

  it('tells how far each process descends from the program, also when numbers have begun anew', async () => {
    const code = `
import process_table
process_table.process_table = lambda: [(5, 20, 10, 1), (7, 1, 10, 1), (10, 1, 10, 1), (20, 10, 10, 1), (30, 1, 30, 1)]
print([(pid, depth) for pid, depth, _ in process_table.family_of(10)])`;
    const { stdout } = await run((await findPython()).executable, ['-c', code], { cwd: import.meta.dirname });
    assert.equal(stdout.trim(), '[(5, 2), (7, 1), (10, 0), (20, 1)]');
  });

  it('is known by the same identity on both sides', async () => {
    const supervisor = await supervise('sleep 5');
    const recorded = JSON.parse(await until(() => read('supervisor.json'), Boolean));
    assert.equal(recorded.pid, supervisor.pid);
    assert.equal(recorded.identity, processIdentity(recorded.pid));
    await until(
      () => status().pid,
      (pid) => pid !== undefined,
    );
    writeFileSync(join(folder, 'stop'), '');
    supervisor.kill('SIGUSR1');
    await exit();
  });
});
