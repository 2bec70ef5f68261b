import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Database, openDatabase } from './database.ts';
import { type LogTables, openLogs } from './logs/index.ts';
import { logSweep } from './logs/sweep.ts';
import { type MetricTables, openMetrics } from './metrics/index.ts';
import { metricSweep } from './metrics/sweep.ts';

const scope = { accountId: '111122223333', region: 'us-east-1' };
const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const clock = { now: () => new Date(NOW) };

let database: Database;
beforeEach(() => {
  database = openDatabase(':memory:');
});
afterEach(() => database.close());

const rowsIn = (table: string) =>
  (database.sql.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count;

/** Runs every step; a sweep that never ends fails by the count. */
const sweepAll = (sweep: (now: number) => boolean, now: number): number => {
  let steps = 1;
  while (sweep(now)) {
    steps++;
    assert.ok(steps < 1000, 'the sweep comes to an end');
  }
  return steps;
};

describe('the log sweep', () => {
  let logs: LogTables;
  let sweep: (now: number) => boolean;
  const group = () => logs.group(scope, 'g')!;
  const stream = () => logs.stream(group(), 's')!;
  beforeEach(() => {
    logs = openLogs(database, clock);
    sweep = logSweep(database);
    logs.createGroup(scope, 'g');
    logs.createStream(group(), 's');
  });
  const events = (count: number, from: number) =>
    Array.from({ length: count }, (_, index) => ({ timestamp: from + index, message: 'é' }));

  it('takes away what is older than the group’s retention, and counts the bytes', () => {
    logs.append(stream(), events(7000, NOW - 2 * DAY));
    logs.append(stream(), events(10, NOW - HOUR));
    assert.equal(group().storedBytes, 7010 * 28);
    sweepAll(sweep, NOW);
    assert.equal(rowsIn('log_events'), 7010);
    logs.setRetention(group(), 1);
    assert.ok(sweepAll(sweep, NOW) > 1, 'in several steps');
    assert.equal(rowsIn('log_events'), 10);
    assert.equal(group().storedBytes, 10 * 28);
    assert.equal(stream().firstEventAt, NOW - HOUR);
  });

  it('leaves a stream that it emptied in place', () => {
    logs.append(stream(), events(5, NOW - 2 * DAY));
    logs.setRetention(group(), 1);
    sweepAll(sweep, NOW);
    assert.equal(stream().firstEventAt, undefined);
    assert.equal(stream().lastEventAt, undefined);
    logs.append(stream(), events(1, NOW));
    assert.equal(stream().firstEventAt, NOW);
  });

  it('takes away the events of deleted streams and groups, in steps, and nothing else', () => {
    logs.createGroup(scope, 'kept');
    logs.createStream(logs.group(scope, 'kept')!, 's');
    logs.append(logs.stream(logs.group(scope, 'kept')!, 's')!, events(3, NOW));
    logs.createStream(group(), 't');
    logs.append(stream(), events(6000, NOW));
    logs.append(logs.stream(group(), 't')!, events(100, NOW));
    logs.deleteStream(logs.stream(group(), 't')!);
    logs.deleteGroup(group());
    assert.ok(sweepAll(sweep, NOW) > 2, 'in several steps');
    assert.equal(rowsIn('log_events'), 3);
    assert.equal(rowsIn('dropped_log_streams'), 0);
  });
});

describe('the metric sweep', () => {
  let metrics: MetricTables;
  let sweep: (now: number) => boolean;
  beforeEach(() => {
    metrics = openMetrics(database, clock);
    sweep = metricSweep(database, metrics.points);
  });
  const id = { namespace: 'ns', name: 'm', dimensions: { a: 'b' } };
  const put = (value: number, timestamp: number, storageResolution = 60) =>
    metrics.put(scope, id.namespace, [
      { name: id.name, dimensions: id.dimensions, value, timestamp, storageResolution },
    ]);
  const read = (periodSeconds: number, start = NOW - 500 * DAY) =>
    metrics
      .read(scope, { ...id, start, end: NOW + DAY, periodSeconds })
      .map(({ values }) => [values.count, values.sum, values.sorted()?.length]);

  it('turns seconds into minutes after three hours, losing no value', () => {
    for (let second = 0; second < 120; second++) put(second, NOW - 4 * HOUR + second * 1000, 1);
    put(1000, NOW, 1);
    metrics.flush();
    sweepAll(sweep, NOW);
    assert.deepEqual(read(1, NOW - 5 * HOUR), [[1, 1000, 1]]);
    assert.deepEqual(read(60, NOW - 5 * HOUR), [
      [60, 1770, 60],
      [60, 5370, 60],
      [1, 1000, 1],
    ]);
  });

  it('turns minutes into hours by and by, and takes them away after 455 days', () => {
    for (let minute = 0; minute < 60; minute++) put(1, NOW - 100 * DAY + minute * 60_000);
    put(1, NOW - 456 * DAY);
    put(1, NOW);
    metrics.flush();
    sweepAll(sweep, NOW);
    assert.equal(rowsIn('metric_points'), 2);
    assert.deepEqual(read(3600), [
      [60, 60, 1],
      [1, 1, 1],
    ]);
    assert.deepEqual(read(60), [[1, 1, 1]]);
  });

  it('forgets metrics that had no data for 455 days', () => {
    put(1, NOW - 456 * DAY);
    metrics.flush();
    sweepAll(sweep, NOW);
    for (const table of ['metrics', 'metric_dimensions', 'metric_points']) assert.equal(rowsIn(table), 0, table);
  });

  it('gets to all metrics, some at a step', () => {
    const data = Array.from({ length: 200 }, (_, index) => ({
      name: `m${index}`,
      value: 1,
      timestamp: NOW - 456 * DAY,
    }));
    metrics.put(scope, 'ns', data);
    metrics.flush();
    assert.ok(sweepAll(sweep, NOW) > 2, 'in several steps');
    assert.equal(rowsIn('metrics'), 0);
  });
});
