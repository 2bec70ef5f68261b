import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '../logger.ts';
import { openTelemetry, type TelemetryStore } from './index.ts';

const scope = { accountId: '111122223333', region: 'us-east-1' };
const other = { accountId: '111122223333', region: 'eu-west-1' };
const NOW = Date.UTC(2026, 0, 15, 12, 0, 30);
const GROUP = '/aws/sagemaker/TrainingJobs';
const clock = { now: () => new Date(NOW) };
const line = (message: string, timestamp = NOW) => ({ timestamp, message });

describe('telemetry', () => {
  let folder: string;
  let telemetry: TelemetryStore;
  const open = () => openTelemetry({ path: join(folder, 'telemetry.sqlite'), clock, log: silentLogger });
  const reopen = async () => {
    await telemetry.close();
    telemetry = await open();
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
    telemetry = await open();
  });
  afterEach(async () => {
    await telemetry.close();
    rmSync(folder, { recursive: true });
  });

  const messages = async (count = 100) =>
    (await telemetry.tail(scope, GROUP, 'job/algo-1', count)).map((event) => event.message);

  it('makes group and stream for the first lines of a workload, and keeps them', async () => {
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('a'), line('b')]);
    await reopen();
    assert.deepEqual(await messages(), ['a', 'b']);
    assert.deepEqual(await telemetry.tail(other, GROUP, 'job/algo-1', 5), []);
  });

  it('takes no lines twice that a kept cursor covers', async () => {
    assert.equal(await telemetry.cursor(scope, GROUP, 'job/algo-1'), 0);
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('a')], { cursor: 10 });
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('a')], { cursor: 10 });
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('b')], { cursor: 20 });
    await reopen();
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('b')], { cursor: 20 });
    assert.equal(await telemetry.cursor(scope, GROUP, 'job/algo-1'), 20);
    assert.deepEqual(await messages(), ['a', 'b']);
  });

  it('gives the last lines, oldest first', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => line(`line ${index}`));
    await telemetry.ingest(scope, GROUP, 'job/algo-1', lines);
    assert.deepEqual(await messages(2), ['line 298', 'line 299']);
  });

  it('keeps lines in the order they came when the machine’s clock is set back', async () => {
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('a', NOW)]);
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('b', NOW - 60_000), line('c', NOW + 5)]);
    const events = await telemetry.tail(scope, GROUP, 'job/algo-1', 10);
    assert.deepEqual(events, [line('a', NOW), line('b', NOW), line('c', NOW + 5)]);
  });

  it('cuts a huge line into events that CloudWatch would take, and leaves empty ones out', async () => {
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('x'.repeat(600 * 1024)), line(''), line('end')]);
    assert.deepEqual(
      (await messages()).map((message) => message.length),
      [256 * 1024, 256 * 1024, 88 * 1024, 3],
    );
  });

  it('takes lines whose values no metric can have, without those', async () => {
    const metrics = {
      filters: [{ name: 'v', regex: 'v (\\S+)' }],
      namespace: 'n',
      dimensions: { TrainingJobName: 'job' },
    };
    for (const value of ['1e308', '-1e308']) {
      const lines = [line(`v ${value}`), line(`v ${value}`)];
      await telemetry.ingest(scope, GROUP, 'job/algo-1', lines, { metrics });
    }
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('v 3')], { metrics });
    assert.equal((await messages()).length, 5);
    const values = await telemetry.lastValues(scope, metrics.namespace, metrics.dimensions);
    assert.deepEqual(
      values.map(({ value }) => value),
      [3],
    );
  });

  it('finds metrics in lines, once even if the lines are offered again', async () => {
    const metrics = {
      filters: [
        { name: 'train:rmse', regex: '.*\\[[0-9]+\\].*#011train-rmse:([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*' },
        { name: 'look-ahead', regex: 'a(?!b)' },
      ],
      namespace: '/aws/sagemaker/TrainingJobs',
      dimensions: { TrainingJobName: 'job' },
    };
    const lines = [line('[0]#011train-rmse:2.5', NOW), line('[1]#011train-rmse:1.25', NOW + 2000), line('unrelated')];
    await telemetry.ingest(scope, GROUP, 'job/algo-1', lines, { cursor: 9, metrics });
    await telemetry.ingest(scope, GROUP, 'job/algo-1', lines, { cursor: 9, metrics });
    assert.deepEqual(await telemetry.lastValues(scope, metrics.namespace, metrics.dimensions), [
      { name: 'train:rmse', value: 1.25, timestamp: NOW + 2000 },
    ]);
    const query = { namespace: metrics.namespace, name: 'train:rmse', dimensions: metrics.dimensions };
    const buckets = telemetry.metrics.read(scope, {
      ...query,
      start: NOW - 30_000,
      end: NOW + 60_000,
      periodSeconds: 60,
    });
    assert.deepEqual(
      buckets.map(({ values }) => [values.count, values.sum]),
      [[2, 3.75]],
    );
  });

  it('gives the newest value of metrics with exactly the dimensions asked for', async () => {
    telemetry.putMetrics(scope, 'ns', [
      { name: 'loss', value: 3, dimensions: { Job: 'a' }, timestamp: NOW },
      { name: 'loss', value: 2, dimensions: { Job: 'a' }, timestamp: NOW + 1 },
      { name: 'loss', value: 9, dimensions: { Job: 'a' }, timestamp: NOW - 1 },
      { name: 'loss', value: 7, dimensions: { Job: 'a', Host: 'h' }, timestamp: NOW + 9 },
    ]);
    assert.deepEqual(await telemetry.lastValues(scope, 'ns', { Job: 'a' }), [
      { name: 'loss', value: 2, timestamp: NOW + 1 },
    ]);
  });

  it('writes metrics when it closes', async () => {
    telemetry.putMetrics(scope, 'ns', [{ name: 'Invocations', value: 1 }]);
    await reopen();
    assert.equal((await telemetry.lastValues(scope, 'ns', {})).length, 1);
  });

  it('is empty after clear, of what was in memory too', async () => {
    await telemetry.ingest(scope, GROUP, 'job/algo-1', [line('a')], { cursor: 4 });
    telemetry.putMetrics(scope, 'ns', [{ name: 'Invocations', value: 1 }]);
    await telemetry.clear();
    assert.equal(await telemetry.cursor(scope, GROUP, 'job/algo-1'), 0);
    assert.deepEqual(await telemetry.lastValues(scope, 'ns', {}), []);
    assert.deepEqual(telemetry.logs.groups(scope, { limit: 10 }), []);
  });
});
