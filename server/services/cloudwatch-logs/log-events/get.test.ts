import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import {
  call,
  context,
  GROUP,
  get,
  NOW,
  put,
  STREAM,
  telemetryOfTest,
  texts,
  useFreshLogs,
  withStreams,
} from '../fixtures.ts';

useFreshLogs();

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);

describe('GetLogEvents', () => {
  beforeEach(() => withStreams(STREAM));

  it('gives the newest events first, page by page backwards, each page in order of time', async () => {
    await put(numbered(10));
    const newest = await get({ limit: 4 });
    assert.deepEqual(texts(newest), ['line 6', 'line 7', 'line 8', 'line 9']);
    const before = await get({ limit: 4, nextToken: newest.nextBackwardToken });
    assert.deepEqual(texts(before), ['line 2', 'line 3', 'line 4', 'line 5']);
    const first = await get({ limit: 4, nextToken: before.nextBackwardToken });
    assert.deepEqual(texts(first), ['line 0', 'line 1']);
    const none = await get({ limit: 4, nextToken: first.nextBackwardToken });
    assert.deepEqual(texts(none), []);
    assert.equal(none.nextBackwardToken, first.nextBackwardToken);
    assert.deepEqual(texts(await get({ nextToken: none.nextForwardToken, startFromHead: true, limit: 1 })), ['line 0']);
  });

  it('gives back the token it was asked with at the end, and goes on from it when events come', async () => {
    await put(numbered(3));
    const all = await get({ startFromHead: true });
    const end = await get({ startFromHead: true, nextToken: all.nextForwardToken });
    assert.deepEqual(texts(end), []);
    assert.equal(end.nextForwardToken, all.nextForwardToken);
    assert.match(end.nextForwardToken!, /^f\/\d{56}\/s$/);
    assert.match(end.nextBackwardToken!, /^b\/\d{56}\/s$/);
    await put(['later'], NOW + 2);
    assert.deepEqual(texts(await get({ startFromHead: true, nextToken: end.nextForwardToken })), ['later']);
    assert.deepEqual(texts(await get({ nextToken: end.nextBackwardToken, limit: 1 })), ['line 2']);
  });

  it('gives tokens that work for a stream in which nothing is yet', async () => {
    for (const startFromHead of [true, false]) {
      const empty = await get({ startFromHead });
      const still = await get({ startFromHead: true, nextToken: empty.nextForwardToken });
      assert.equal(still.nextForwardToken, empty.nextForwardToken);
    }
    const { nextForwardToken } = await get();
    await put(['first']);
    assert.deepEqual(texts(await get({ startFromHead: true, nextToken: nextForwardToken })), ['first']);
  });

  it('includes the start time and leaves out the end time', async () => {
    await put(numbered(5));
    assert.deepEqual(texts(await get({ startTime: NOW + 1, endTime: NOW + 3, startFromHead: true })), [
      'line 1',
      'line 2',
    ]);
    assert.deepEqual(texts(await get({ startTime: NOW + 1, endTime: NOW + 3, limit: 1 })), ['line 2']);
    await assert.rejects(get({ startTime: 2, endTime: 1 }), { code: 'InvalidParameterException' });
  });

  it('ends a page at a megabyte', async () => {
    const big = 'x'.repeat(600 * 1024);
    await put([big], NOW);
    await put([big], NOW + 1);
    const first = await get({ startFromHead: true });
    assert.equal(first.events!.length, 1);
    assert.equal((await get({ startFromHead: true, nextToken: first.nextForwardToken })).events!.length, 1);
  });

  it('refuses tokens that are none, or of another stream', async () => {
    await call('CreateLogStream', { logGroupName: GROUP, logStreamName: 'other' });
    await put(['a']);
    const { nextForwardToken } = await get();
    const invalid = { code: 'InvalidParameterException', message: 'The specified nextToken is invalid.' };
    await assert.rejects(get({ nextToken: 'f/12/s' }), invalid);
    await assert.rejects(get({ logStreamName: 'other', nextToken: nextForwardToken }), invalid);
  });

  it('takes the group by ARN', async () => {
    await put(['a']);
    const arn = `arn:aws:logs:us-east-1:111122223333:log-group:${GROUP}`;
    assert.deepEqual(texts(await get({ logGroupName: undefined, logGroupIdentifier: arn })), ['a']);
    await assert.rejects(get({ logGroupIdentifier: arn }), { code: 'InvalidParameterException' });
  });

  it('lets a follower that polls see every line once, while lines come in any bunches', async () => {
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    // As the SageMaker Python SDK does it: on from the forward token until a page is empty, then again later.
    const poll = async () => {
      for (;;) {
        const page = await get({ startFromHead: true, nextToken, limit: 3 });
        nextToken = page.nextForwardToken;
        if (page.events!.length === 0) return;
        seen.push(...texts(page));
      }
    };
    const written: string[] = [];
    for (let round = 0; round < 20; round++) {
      await poll();
      const lines = Array.from({ length: round % 5 }, (_, index) => `round ${round} line ${index}`);
      written.push(...lines);
      // All at the same millisecond: the order is that of arrival.
      await telemetryOfTest().ingest(
        context,
        GROUP,
        STREAM,
        lines.map((message) => ({ timestamp: NOW, message })),
      );
    }
    await poll();
    assert.deepEqual(seen, written);
  });

  it('lets a follower that starts again from a time and a count see every line once', async () => {
    const seen: (string | undefined)[] = [];
    let position = { timestamp: 0, skip: 0 };
    // SageMaker SDK v2: each round begins afresh at the last line's time and skips what it has seen of that time.
    const round = async () => {
      let nextToken: string | undefined;
      let { skip } = position;
      for (;;) {
        const page = await get({ startFromHead: true, startTime: position.timestamp, nextToken });
        nextToken = page.nextForwardToken;
        if (page.events!.length === 0) return;
        for (const event of page.events!.slice(skip)) {
          seen.push(event.message);
          const isSameTime = event.timestamp === position.timestamp;
          position = { timestamp: event.timestamp!, skip: isSameTime ? position.skip + 1 : 1 };
        }
        skip = 0;
      }
    };
    await put(['a', 'b']);
    await round();
    await put(['c'], NOW + 1);
    await round();
    await put(['d'], NOW + 1);
    await round();
    assert.deepEqual(seen, ['a', 'b', 'c', 'd']);
  });
});
