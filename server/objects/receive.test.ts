import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { type ObjectStorage, openObjectStorage } from './index.ts';

const BUCKET = 'received';
const KIB = 1024;

describe('the body of a request', () => {
  let directory: string;
  let store: ObjectStorage;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'receive-'));
    store = await openObjectStorage({ directory, clock: systemClock, log: silentLogger });
    await store.createBucket(BUCKET, { accountId: '111122223333', region: 'us-east-1' });
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  const chunk = (size: number) => new Uint8Array(randomBytes(size));
  /** As objects: a stream of bytes would join chunks that wait in it. */
  const put = (key: string, chunks: Iterable<Uint8Array>) =>
    store.writes.put(BUCKET, key, { request: Readable.from(chunks) });
  const read = async (key: string) => buffer((await store.get(BUCKET, key)).body);

  it('is kept byte for byte, in chunks of any size', async () => {
    for (const size of [1, 100, 64 * KIB, 700 * KIB]) {
      const chunks = Array.from({ length: 9 }, () => chunk(size));
      const whole = Buffer.concat(chunks);
      await put(`of-${size}`, chunks);
      assert.ok((await read(`of-${size}`)).equals(whole), `chunks of ${size} bytes`);
    }
  });

  it('gives the memory of its chunks back without waiting for the garbage collector', async () => {
    const chunks = Array.from({ length: 9 }, () => chunk(64 * KIB));
    await put('freed', chunks);
    assert.deepEqual(
      chunks.map(({ buffer }) => (buffer as ArrayBuffer).detached),
      chunks.map(() => true),
    );
  });

  it('leaves memory alone that others may look at: a piece of something larger', async () => {
    const memory = chunk(900 * KIB);
    const whole = Buffer.from(memory);
    const pieces = Array.from({ length: 9 }, (_, i) => memory.subarray(i * 100 * KIB, (i + 1) * 100 * KIB));
    await put('pieces', pieces);
    assert.ok(whole.equals(memory));
    assert.ok((await read('pieces')).equals(whole));
  });
});
