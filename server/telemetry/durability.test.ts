import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { silentLogger } from '../logger.ts';
import { openDatabase } from './database.ts';
import { openTelemetry } from './index.ts';
import { ingestion } from './ingest.ts';
import { openLogs } from './logs/index.ts';
import { openMetrics } from './metrics/index.ts';

const scope = { accountId: '111122223333', region: 'us-east-1' };
const clock = { now: () => new Date() };

/** Writes without end, and says after each write what it has been told is kept. */
const writer = (path: string) => `
  import { openTelemetry } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
  const scope = ${JSON.stringify(scope)};
  const log = { info() {}, warn() {}, error() {} };
  const telemetry = await openTelemetry({ path: ${JSON.stringify(path)}, clock: { now: () => new Date() }, log });
  telemetry.logs.createGroup(scope, 'g');
  telemetry.logs.createStream(telemetry.logs.group(scope, 'g'), 'put');
  const put = telemetry.logs.stream(telemetry.logs.group(scope, 'g'), 'put');
  for (let n = 1; ; n++) {
    const events = [{ timestamp: Date.now(), message: 'line ' + n }];
    await telemetry.ingest(scope, 'g', 'ingested', events, { cursor: n });
    telemetry.logs.append(put, events);
    telemetry.metrics.put(scope, 'ns', [{ name: 'm', value: 1 }]);
    telemetry.metrics.flush();
    process.stdout.write(n + '\\n');
  }
`;

describe('what telemetry has acknowledged', () => {
  it('survives kill -9 of the process, whole and once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
    const path = join(folder, 'telemetry.sqlite');
    const child = spawn(process.execPath, ['--input-type=module', '--eval', writer(path)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 200) child.kill('SIGKILL');
    }
    assert.deepEqual(await exited, [null, 'SIGKILL']);

    const telemetry = await openTelemetry({ path, clock, log: silentLogger });
    try {
      const cursor = await telemetry.cursor(scope, 'g', 'ingested');
      const ingested = await telemetry.tail(scope, 'g', 'ingested', 10_000);
      const put = await telemetry.tail(scope, 'g', 'put', 10_000);
      assert.ok(acknowledged >= 200);
      assert.ok(cursor >= acknowledged);
      const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
      // The write that was under way may be in, or not; but never a cursor without its lines.
      assert.deepEqual(
        ingested.map(({ message }) => message),
        lines(cursor),
      );
      assert.ok(put.length === acknowledged || put.length === acknowledged + 1);
      assert.deepEqual(
        put.map(({ message }) => message),
        lines(put.length),
      );
      const query = { namespace: 'ns', name: 'm', dimensions: {}, start: 0, end: Date.now() + 60_000 };
      const buckets = telemetry.metrics.read(scope, { ...query, periodSeconds: 60 });
      const count = buckets.reduce((total, { values }) => total + values.count, 0);
      assert.ok(count === acknowledged || count === acknowledged + 1, `${count} of ${acknowledged}`);
    } finally {
      await telemetry.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('metrics that the disk does not take', () => {
  it('stay in memory and are written once it does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
    const path = join(folder, 'telemetry.sqlite');
    const telemetry = await openTelemetry({ path, clock, log: silentLogger });
    const other = openDatabase(path);
    try {
      telemetry.putMetrics(scope, 'ns', [{ name: 'm', value: 1 }]);
      other.sql.exec(`CREATE TRIGGER full BEFORE INSERT ON metric_points BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
      assert.throws(() => telemetry.metrics.flush(), /disk full/);
      telemetry.putMetrics(scope, 'ns', [{ name: 'm', value: 2 }]);
      other.sql.exec('DROP TRIGGER full');
      const query = { namespace: 'ns', name: 'm', dimensions: {}, start: 0, end: Date.now() + 60_000 };
      const buckets = telemetry.metrics.read(scope, { ...query, periodSeconds: 86_400 });
      assert.equal(
        buckets.reduce((total, { values }) => total + values.sum, 0),
        3,
      );
    } finally {
      other.close();
      await telemetry.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a full disk', () => {
  it('is told in words, keeps what was there, and takes everything once when there is room again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
    const database = openDatabase(join(folder, 'telemetry.sqlite'));
    const logs = openLogs(database, clock);
    const metrics = openMetrics(database, clock);
    const { ingest, cursor, tail } = ingestion(database, logs, metrics, silentLogger);
    const refused = { code: 'ServiceUnavailableException', status: 503, message: /disk is full/ };
    const many = Array.from({ length: 100 }, (_, n) => ({ timestamp: n + 1, message: 'x'.repeat(1000) }));
    const datum = { name: 'm', values: Array.from({ length: 500 }, (_, value) => ({ value, times: 1 })) };
    try {
      logs.createGroup(scope, 'g');
      const group = logs.group(scope, 'g')!;
      logs.createStream(group, 's');
      const stream = logs.stream(group, 's')!;
      logs.append(stream, [{ timestamp: 1, message: 'first' }]);
      database.sql.exec('PRAGMA max_page_count=1');
      assert.throws(() => logs.append(stream, many), refused);
      assert.throws(() => metrics.putDetailed(scope, 'ns', Array(10).fill(datum)), refused);
      await assert.rejects(ingest(scope, 'g', 's', many, { cursor: 9 }), refused);
      assert.equal(await cursor(scope, 'g', 's'), 0);
      database.sql.exec('PRAGMA max_page_count=1000000');
      assert.deepEqual(metrics.list(scope, { activeSince: 0, limit: 10 }), []);
      assert.equal((await tail(scope, 'g', 's', 10)).length, 1);
      logs.append(stream, many);
      assert.equal((await tail(scope, 'g', 's', 1000)).length, 101);
    } finally {
      database.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the telemetry file', () => {
  it('gives the space of deleted events back to the disk', () => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
    const database = openDatabase(join(folder, 'telemetry.sqlite'));
    try {
      const pages = () => (database.sql.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
      const insert = database.sql.prepare('INSERT INTO log_events VALUES (1, ?, 1, 1, ?)');
      database.transaction(() => {
        for (let time = 0; time < 5000; time++) insert.run(time, 'x'.repeat(1000));
      });
      const full = pages();
      database.clear();
      while (database.reclaim());
      assert.ok(pages() < full / 10, `${pages()} of ${full} pages are left`);
    } finally {
      database.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('of a newer version is refused with a clear message', () => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-'));
    const path = join(folder, 'telemetry.sqlite');
    const database = openDatabase(path);
    database.sql.exec('PRAGMA user_version=99');
    database.close();
    assert.throws(() => openDatabase(path), /written by a newer Wildsage \(version 99\)/);
    rmSync(folder, { recursive: true });
  });
});
