import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../clock.ts';
import { silentLogger } from '../../logger.ts';
import { openTelemetry, type TelemetryStore } from '../../telemetry/index.ts';
import { ProcessTable } from '../host/process-family.ts';
import { scope, until } from '../test-floor.ts';
import { UsageMeter } from './usage-meter.ts';

const namespace = '/aws/sagemaker/TrainingJobs';
const dimensions = { Host: 'job/algo-1' };
const BUSY = 'while :; do :; done';

// Elsewhere there is nothing to read it from.
describe('a usage meter', { skip: !existsSync('/proc/self/stat') }, () => {
  let telemetry: TelemetryStore;
  let meter: UsageMeter;
  let program: ChildProcess;
  /** In a session of its own, as supervisors start programs. */
  const start = (script: string) => {
    program = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    return program.pid!;
  };
  const watch = (pid: number) =>
    meter.watch({ pid, scope, namespace, dimensions, memoryBytes: 2 ** 30, directory: tmpdir() });
  const values = async () =>
    Object.fromEntries(
      (await telemetry.lastValues(scope, namespace, dimensions)).map((each) => [each.name, each.value]),
    );

  beforeEach(async () => {
    telemetry = await openTelemetry({ path: ':memory:', clock: systemClock, log: silentLogger });
    meter = new UsageMeter(telemetry, silentLogger);
  });
  afterEach(async () => {
    process.kill(-program.pid!, 'SIGKILL');
    await meter.close();
    await telemetry.close();
  });

  it('publishes what a program and its children use, in per cent', async () => {
    watch(start(`(${BUSY}) & ${BUSY}`));
    const seen = await until(values, (found) => 'CPUUtilization' in found);
    assert.deepEqual(Object.keys(seen), ['CPUUtilization', 'DiskUtilization', 'MemoryUtilization']);
    assert.ok(seen.CPUUtilization! > 0);
    assert.ok(seen.MemoryUtilization! > 0 && seen.MemoryUtilization! < 10);
    assert.ok(seen.DiskUtilization! > 0 && seen.DiskUtilization! <= 100);
  });

  it('says nothing of a program that has ended', async () => {
    const pid = start('exit 0');
    await once(program, 'exit');
    watch(pid);
    const other = start(BUSY);
    meter.watch({ pid: other, scope, namespace, dimensions: { Host: 'other' }, memoryBytes: 1, directory: tmpdir() });
    await until(
      () => telemetry.lastValues(scope, namespace, { Host: 'other' }),
      (found) => found.length > 0,
    );
    assert.deepEqual(await values(), {});
  });

  it('counts children that have left their parent, and processor time', async () => {
    const pid = start(`(sleep 60 & echo left) ; ${BUSY}`);
    await once(program.stdout!, 'data');
    const first = await until(
      async () => (await ProcessTable.read())?.familyOf(pid),
      (found) => (found?.cpuSeconds ?? 0) > 0.05,
    );
    // A shell and a sleep, each of at least some hundred KiB, and not whatever else runs here.
    assert.ok(first!.memoryBytes > 200_000 && first!.memoryBytes < 100_000_000);
    assert.ok(first!.ageSeconds < 20);
  });
});
