import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '../../logger.ts';
import type { LogEvent, Telemetry } from '../../telemetry/telemetry.ts';
import { testJob } from '../test-floor.ts';
import { LogFollower, parseLines } from './log-follower.ts';

describe('parseLines', () => {
  it('takes the time and the text of each line, and no empty ones', () => {
    assert.deepEqual(parseLines(Buffer.from('1700000000000 a b\n1700000000001 \nnonsense\n')), [
      { timestamp: 1700000000000, message: 'a b' },
    ]);
  });
});

describe('LogFollower', () => {
  let folder: string;
  let path: string;
  let stored: LogEvent[];
  let kept: number;
  let failures: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wildsage-log-'));
    path = join(folder, 'log');
    stored = [];
    kept = failures = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Keeps lines and position together, as telemetry does; fails as often as it is told to. */
  const telemetry: Pick<Telemetry, 'ingest' | 'cursor'> = {
    async ingest(_scope, _group, _stream, events, options) {
      if (failures-- > 0) throw new Error('database is full');
      stored.push(...events);
      kept = options?.cursor ?? kept;
    },
    cursor: async () => kept,
  };
  const follower = () => new LogFollower(path, testJob(''), 'stream', telemetry as Telemetry, silentLogger);
  const messages = () => stored.map((event) => event.message);

  it('takes whole lines only, each once, also when another follower goes on', async () => {
    writeFileSync(path, '1 one\n2 two\n3 thr');
    const first = follower();
    await first.drain();
    assert.deepEqual(messages(), ['one', 'two']);
    await first.close();
    appendFileSync(path, 'ee\n');
    await follower().drain();
    assert.deepEqual(messages(), ['one', 'two', 'three']);
  });

  it('takes a log of many chunks in order', async () => {
    const count = 60_000;
    writeFileSync(path, Array.from({ length: count }, (_, index) => `1 line ${index}\n`).join(''));
    await follower().drain();
    assert.equal(stored.length, count);
    assert.deepEqual([messages()[0], messages().at(-1)], ['line 0', `line ${count - 1}`]);
  });

  it('tries again what could not be stored', async () => {
    writeFileSync(path, '1 one\n');
    failures = 1;
    await follower().drain();
    assert.deepEqual(messages(), ['one']);
  });

  it('waits for a log that is not there yet', async () => {
    await follower().drain();
    assert.deepEqual(messages(), []);
  });
});
