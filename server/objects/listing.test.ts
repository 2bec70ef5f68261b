import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { type ObjectStorage, openObjectStorage } from './index.ts';
import type { ListedVersion, Listing, ListRequest } from './listing.ts';

/** Small steps of a fixed sequence, so that a failure can be had again. */
const random = (seed: number) => {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const ALPHABET = ['a', 'b', '/', '//', '!', '0', 'é', '😀', '\u{10ffff}', '\ud7ff', '\ue000'];
const inByteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What S3's documentation says, without any regard to cost. */
const naive = (keys: readonly string[], { prefix, delimiter, after, limit }: ListRequest) => {
  const entries = new Map<string, boolean>();
  for (const key of keys.toSorted(inByteOrder)) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const entry = at < 0 ? key : key.slice(0, at + delimiter!.length);
    // A key counts by itself; a common prefix is there while a key below it is still to come.
    if (after !== undefined && (inByteOrder(key, after) <= 0 || entry === after)) continue;
    entries.set(entry, at >= 0);
  }
  const page = [...entries].slice(0, limit);
  return {
    keys: page.filter(([, isPrefix]) => !isPrefix).map(([key]) => key),
    prefixes: page.filter(([, isPrefix]) => isPrefix).map(([key]) => key),
    after: entries.size > limit ? page.at(-1)?.[0] : undefined,
  };
};

const shown = <T extends { readonly key: string }>({ items, prefixes, next }: Listing<T>) => ({
  keys: items.map((item) => item.key),
  prefixes,
  after: next?.after,
});

describe('listing', () => {
  let directory: string;
  let store: ObjectStorage;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'listing-'));
    store = await openObjectStorage({ directory, clock: systemClock, log: silentLogger });
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const newBucket = async (name: string, keys: Iterable<string>) => {
    await store.createBucket(name, { accountId: '111122223333', region: 'us-east-1' });
    await Promise.all([...keys].map((key) => store.put(name, key, new Uint8Array())));
    return store.buckets.get(name);
  };

  it('agrees with a plain reading of the rules, page by page, for random keys, prefixes, delimiters and markers', async () => {
    const next = random(20);
    const word = (most: number) =>
      Array.from({ length: next(most + 1) }, () => ALPHABET[next(ALPHABET.length)]).join('');
    const keys = [...new Set(Array.from({ length: 300 }, () => word(6) || 'x'))];
    const bucket = await newBucket('random', keys);
    for (let round = 0; round < 400; round++) {
      const request: ListRequest = {
        prefix: word(2),
        delimiter: [undefined, '/', '//', 'a', 'é'][next(5)],
        after: next(2) ? word(4) || undefined : undefined,
        limit: 1 + next(20),
      };
      const page = shown(store.listings.objects(bucket, request));
      assert.deepEqual(page, naive(keys, request), JSON.stringify(request));
      if (page.after === undefined) continue;
      const second = { ...request, after: page.after };
      assert.deepEqual(shown(store.listings.objects(bucket, second)), naive(keys, second), JSON.stringify(second));
    }
  });

  it('gives nothing, and no more to come, when nothing is asked for', async () => {
    const bucket = await newBucket('none', ['a', 'b']);
    const page = store.listings.objects(bucket, { prefix: '', limit: 0 });
    assert.deepEqual(page, { items: [], prefixes: [] });
  });

  it('does not show deleted keys, in buckets with versions as in those without', async () => {
    const bucket = await newBucket('deleted', ['a', 'b', 'c']);
    await store.delete('deleted', 'a');
    await store.buckets.setVersioning('deleted', 'Enabled');
    await store.delete('deleted', 'b');
    assert.deepEqual(shown(store.listings.objects(bucket, { prefix: '', limit: 10 })).keys, ['c']);
  });

  it('pages through versions one by one, newest first, and knows the latest of each key', async () => {
    const bucket = await newBucket('versions', []);
    await store.buckets.setVersioning('versions', 'Enabled');
    for (const key of ['a', 'b/1', 'b/2', 'c']) {
      for (let count = 0; count < 3; count++) await store.put('versions', key, Buffer.from(`${key}${count}`));
    }
    await store.delete('versions', 'a');
    const all: string[] = [];
    let from: Pick<ListRequest, 'after' | 'afterId'> | undefined = {};
    while (from) {
      const page: Listing<ListedVersion> = store.listings.versions(bucket, { prefix: '', limit: 1, ...from });
      all.push(...page.items.map((item) => `${item.key}${item.isLatest ? '*' : ''}${item.isDeleteMarker ? '-' : ''}`));
      from = page.next;
    }
    assert.deepEqual(all, ['a*-', 'a', 'a', 'a', 'b/1*', 'b/1', 'b/1', 'b/2*', 'b/2', 'b/2', 'c*', 'c', 'c']);
    const grouped = store.listings.versions(bucket, { prefix: '', delimiter: '/', after: 'a', limit: 10 });
    assert.deepEqual(shown(grouped), { keys: ['c', 'c', 'c'], prefixes: ['b/'], after: undefined });
  });
});
