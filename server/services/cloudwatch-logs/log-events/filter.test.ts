import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as Sdk from '@aws-sdk/client-cloudwatch-logs';
import { call, GROUP, NOW, notFound, put, STREAM, texts, useFreshLogs, withStreams } from '../fixtures.ts';

useFreshLogs();

const filter = (more: Partial<Sdk.FilterLogEventsCommandInput> = {}) =>
  call<Sdk.FilterLogEventsCommandOutput>('FilterLogEvents', { logGroupName: GROUP, ...more });

describe('FilterLogEvents', () => {
  const fill = async () => {
    await withStreams('a', 'b', 'c');
    await put(['a0', 'a1', 'a2'], NOW, 'a');
    await put(['b0', 'b1', 'b2'], NOW, 'b');
    await put(['c0'], NOW + 1, 'c');
  };

  it('interleaves streams by time, and pages through them without loss', async () => {
    await fill();
    const expected = ['a0', 'b0', 'a1', 'b1', 'c0', 'a2', 'b2'];
    for (const limit of [1, 2, 3, 7, 100]) {
      const seen: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const page = await filter({ limit, nextToken });
        seen.push(...texts(page));
        nextToken = page.nextToken;
      } while (nextToken);
      assert.deepEqual(seen, expected, `limit ${limit}`);
    }
  });

  it('keeps to the streams, the times and the pattern asked for', async () => {
    await fill();
    assert.deepEqual(texts(await filter({ logStreamNames: ['c', 'b'] })), ['b0', 'b1', 'c0', 'b2']);
    assert.deepEqual(texts(await filter({ logStreamNamePrefix: 'a' })), ['a0', 'a1', 'a2']);
    assert.deepEqual(texts(await filter({ startTime: NOW + 1, endTime: NOW + 2 })), ['a1', 'b1', 'c0']);
    assert.deepEqual(texts(await filter({ filterPattern: '?b1 ?c0' })), ['b1', 'c0']);
    await assert.rejects(filter({ logStreamNames: ['a'], logStreamNamePrefix: 'a' }), {
      code: 'InvalidParameterException',
    });
    await assert.rejects(filter({ logStreamNames: ['zzz'] }), notFound('stream'));
  });

  it('finds streams by a prefix that few of them have, and by one that hundreds have', async () => {
    const names = Array.from({ length: 300 }, (_, n) => `many-${String(n).padStart(3, '0')}`);
    await withStreams(...names, 'other', 'empty');
    for (const [index, name] of names.entries()) await put([`${name} first`, `${name} last`], NOW + index, name);
    await put(['other'], NOW, 'other');
    const all = async (logStreamNamePrefix: string) => {
      const seen: (string | undefined)[] = [];
      for (let nextToken: string | undefined; ; ) {
        const page = await filter({ logStreamNamePrefix, limit: 97, nextToken });
        seen.push(...texts(page));
        nextToken = page.nextToken;
        if (!nextToken) return seen;
      }
    };
    const of = (some: readonly string[]) => some.flatMap((name) => [`${name} first`, `${name} last`]).sort();
    assert.deepEqual((await all('many-')).sort(), of(names));
    assert.deepEqual((await all('many-29')).sort(), of(names.slice(290)));
    assert.deepEqual(await all('many-007'), ['many-007 first', 'many-007 last']);
    assert.deepEqual(await all('e'), []);
    assert.deepEqual(await all('nobody'), []);
  });

  it('describes each event', async () => {
    await fill();
    const { events, searchedLogStreams } = await filter({ filterPattern: 'c0' });
    assert.match(events![0]!.eventId!, /^\d{56}$/);
    assert.deepEqual(events, [
      { logStreamName: 'c', timestamp: NOW + 1, message: 'c0', ingestionTime: NOW, eventId: events![0]!.eventId },
    ]);
    assert.deepEqual(searchedLogStreams, []);
  });

  it('finds the needle in many events, giving empty pages on the way if it must', async () => {
    await withStreams(STREAM);
    const filler = 'x'.repeat(1000);
    for (let batch = 0; batch < 20; batch++) await put(Array(1000).fill(filler), NOW + batch * 1000);
    await put(['needle'], NOW + 50_000);
    const seen: (string | undefined)[] = [];
    let pages = 0;
    let nextToken: string | undefined;
    do {
      const page = await filter({ filterPattern: 'needle', nextToken });
      seen.push(...texts(page));
      nextToken = page.nextToken;
      pages++;
    } while (nextToken);
    assert.deepEqual(seen, ['needle']);
    assert.ok(pages > 1, 'one page looks at a bounded number of events');
  });
});
