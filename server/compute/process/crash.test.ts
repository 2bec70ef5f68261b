import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openTestFloor, scope, testJob, testServer, until, untilExited, untilObserved } from '../test-floor.ts';
import type { Workload } from '../workload.ts';
import type { WorkloadState } from './folder.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');

const onlyLinux = process.platform === 'linux' ? {} : { skip: 'looks into /proc' };

describe('after kill -9 of the control plane', { concurrency: 1 }, () => {
  let home: string;
  let child: ChildProcess | undefined;
  let floor: Awaited<ReturnType<typeof openTestFloor>> | undefined;

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'wildsage-crash-')));
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await floor?.dispose();
    rmSync(home, { recursive: true, force: true });
    child = floor = undefined;
  });

  /** A control plane of its own that has started the workloads. */
  async function controlPlane(workloads: Workload[], hang: string[] = []): Promise<void> {
    const file = join(home, 'workloads.in.json');
    writeFileSync(file, JSON.stringify(workloads));
    const started = spawn(process.execPath, [CHILD, home, file, ...hang], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    await new Promise<void>((resolve, reject) => {
      started.stdout?.once('data', () => resolve());
      started.once('exit', (code) => reject(new Error(`The control plane ended with ${code} while it started`)));
    });
  }

  async function crash(): Promise<void> {
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGKILL');
    await gone;
  }

  const takeUp = async () => {
    floor = await openTestFloor({ home });
    return floor;
  };
  const stateOf = (name: string): WorkloadState | undefined => {
    const file = join(home, 'workloads', name, 'state.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  };
  const untilPhase = (name: string, phase: string) =>
    until(
      () => stateOf(name),
      (state) => state?.phase === phase,
    );
  const processesOf = (marker: string) =>
    readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
      } catch {
        return false;
      }
    });

  it('a running job goes on, ends once, and no line is lost or doubled', async () => {
    const job = testJob(
      'i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); sleep 0.005; done; echo x > /opt/ml/model/x',
      {
        outputs: [{ path: '/opt/ml/model', s3Uri: 's3://data/model.tar.gz', form: 'tar.gz', when: 'EndOfJob' }],
      },
    );
    await controlPlane([job]);
    await untilPhase(job.name, 'running');
    await crash();
    const { compute, objects, lines } = await takeUp();
    await objects.createBucket('data', scope);
    assert.deepEqual((await untilExited(compute, job.name)).outcome, { kind: 'succeeded' });
    assert.deepEqual(
      await lines(`${job.name}/algo-1`),
      Array.from({ length: 200 }, (_, index) => `line ${index}`),
    );
    assert.ok(await objects.head('data', 'model.tar.gz'));
  });

  it('a job that ended meanwhile has its outcome', async () => {
    const job = testJob('echo began; sleep 0.3; echo "it broke" > /opt/ml/output/failure; exit 4');
    await controlPlane([job]);
    await untilPhase(job.name, 'running');
    await crash();
    const folder = join(home, 'workloads', job.name, 'algo-1');
    await until(() => existsSync(join(folder, 'exit.json')), Boolean);
    const { compute, lines } = await takeUp();
    const { outcome } = await untilExited(compute, job.name);
    assert.partialDeepStrictEqual(outcome, { kind: 'failed', at: 'program', exitCode: 4, message: 'it broke' });
    assert.deepEqual(await lines(`${job.name}/algo-1`), ['began']);
  });

  it('killed at any moment around the start, a job runs exactly once', async () => {
    for (const delay of [0, 40, 120]) {
      const job = testJob('echo ran', { name: `once-${delay}` });
      await controlPlane([job]);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await crash();
      const { compute, lines, close } = await takeUp();
      assert.deepEqual((await untilExited(compute, job.name)).outcome, { kind: 'succeeded' }, `after ${delay} ms`);
      assert.deepEqual(await lines(`${job.name}/algo-1`), ['ran'], `after ${delay} ms`);
      await close();
      floor = undefined;
    }
  });

  it('a download that was cut short is done again', async () => {
    const before = await takeUp();
    await before.objects.createBucket('data', scope);
    await before.objects.put('data', 'train/a', Buffer.from('content'));
    await before.close();
    const job = testJob('cat /opt/ml/input/data/train/a', {
      inputs: [{ path: '/opt/ml/input/data/train', s3Uri: 's3://data/train', source: 'S3Prefix', mode: 'File' }],
    });
    await controlPlane([job], ['materialize']);
    await untilPhase(job.name, 'downloading');
    await crash();
    const { compute, lines } = await takeUp();
    assert.deepEqual((await untilExited(compute, job.name)).outcome, { kind: 'succeeded' });
    assert.deepEqual(await lines(`${job.name}/algo-1`), ['content']);
  });

  it('an upload that was cut short is done again, without the program', async () => {
    const before = await takeUp();
    await before.objects.createBucket('data', scope);
    await before.close();
    const job = testJob('echo ran; echo x > /opt/ml/model/x', {
      outputs: [{ path: '/opt/ml/model', s3Uri: 's3://data/model.tar.gz', form: 'tar.gz', when: 'EndOfJob' }],
    });
    await controlPlane([job], ['put']);
    await untilPhase(job.name, 'uploading');
    await crash();
    const { compute, objects, lines } = await takeUp();
    assert.deepEqual((await untilExited(compute, job.name)).outcome, { kind: 'succeeded' });
    assert.deepEqual(await lines(`${job.name}/algo-1`), ['ran']);
    assert.ok(await objects.head('data', 'model.tar.gz'));
  });

  it('a wish to stop is kept', async () => {
    const job = testJob("trap '' TERM; while :; do sleep 0.05; done", { stopGraceSeconds: 1 });
    await controlPlane([job]);
    await untilPhase(job.name, 'running');
    await crash();
    const first = await takeUp();
    await first.compute.stop(job.name);
    await first.close();
    const { compute } = await takeUp();
    assert.deepEqual((await untilExited(compute, job.name)).outcome, { kind: 'stopped', because: 'asked' });
  });

  it('a server is the same process at the same address', async () => {
    const server = testServer();
    await controlPlane([server]);
    await untilPhase(server.name, 'running');
    const status = join(home, 'workloads', server.name, 'algo-1', 'status.json');
    const before = readFileSync(status, 'utf8');
    await crash();
    const { compute } = await takeUp();
    const seen = await untilObserved(compute, server.name, ({ instances }) => instances[0]?.healthy === true);
    assert.equal(seen.phase, 'running');
    assert.equal(readFileSync(status, 'utf8'), before);
    assert.ok((await fetch(`http://${seen.instances[0]?.address}/ping`)).ok);
  });

  it('a server whose supervisor was killed too comes up again', async () => {
    const server = testServer();
    await controlPlane([server]);
    await untilPhase(server.name, 'running');
    await crash();
    const folder = join(home, 'workloads', server.name, 'algo-1');
    process.kill(JSON.parse(readFileSync(join(folder, 'supervisor.json'), 'utf8')).pid, 'SIGKILL');
    const { compute } = await takeUp();
    await untilObserved(
      compute,
      server.name,
      ({ instances }) => instances[0]?.restarts === 1 && !!instances[0].healthy,
    );
  });

  it('a job whose supervisor was killed has failed, and nothing of it runs on', onlyLinux, async () => {
    const marker = `3600.${process.pid}`;
    const job = testJob(`echo up; sleep ${marker}; true`);
    await controlPlane([job]);
    await untilPhase(job.name, 'running');
    await until(
      () => processesOf(marker).length,
      (count) => count > 0,
    );
    const folder = join(home, 'workloads', job.name, 'algo-1');
    process.kill(JSON.parse(readFileSync(join(folder, 'supervisor.json'), 'utf8')).pid, 'SIGKILL');
    await crash();
    const { compute } = await takeUp();
    const { outcome } = await untilExited(compute, job.name);
    assert.partialDeepStrictEqual(outcome, { kind: 'failed', at: 'machine' });
    await until(
      () => processesOf(marker),
      (found) => found.length === 0,
    );
  });

  it('a removal goes through', async () => {
    const job = testJob('sleep 600', { stopGraceSeconds: 1 });
    await controlPlane([job]);
    await untilPhase(job.name, 'running');
    await crash();
    const first = await takeUp();
    await first.compute.remove(job.name);
    await first.close();
    const { compute } = await takeUp();
    await untilObserved(compute, job.name, ({ phase }) => phase === 'absent');
    await until(
      () => readdirSync(join(home, 'workloads')),
      (left) => left.length === 0,
    );
  });

  it('a queue keeps its order and what runs keeps what it holds', async () => {
    process.env.WILDSAGE_MEMORY_GIB = '2';
    const holders = Array.from({ length: 4 }, () => testJob('sleep 600', { stopGraceSeconds: 0 }));
    const waiting = testJob('echo ran');
    await controlPlane([...holders, waiting]);
    for (const job of holders) await untilPhase(job.name, 'running');
    await crash();
    const { compute } = await takeUp();
    const seen = await untilObserved(compute, waiting.name, ({ message }) => message !== undefined);
    assert.match(seen.message ?? '', /0 GiB of 2 GiB are free/);
    await compute.stop(holders[2]?.name ?? '');
    assert.deepEqual((await untilExited(compute, waiting.name)).outcome, { kind: 'succeeded' });
  });
});
