import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { newChecksum } from './digest.ts';
import { type ObjectStorage, openObjectStorage } from './index.ts';
import type { CompletedPart } from './uploaded-parts.ts';
import type { NewUpload, Part } from './uploads.ts';

const MIB = 1024 * 1024;
const BUCKET = 'uploads';

describe('uploads in parts', () => {
  let directory: string;
  let store: ObjectStorage;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'uploads-'));
    store = await openObjectStorage({ directory, clock: systemClock, log: silentLogger });
    await store.createBucket(BUCKET, { accountId: '111122223333', region: 'us-east-1' });
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  const start = (key: string, upload: Partial<NewUpload> = {}) =>
    store.commit(() => store.uploads.start(BUCKET, key, { headers: {}, initiator: 'me', ...upload }));
  const putPart = (key: string, uploadId: string, number: number, bytes: Uint8Array) =>
    store.writes.putPart({ bucket: BUCKET, key, uploadId, number }, bytes);
  const complete = (key: string, uploadId: string, parts: readonly CompletedPart[]) =>
    store.commit(() => store.uploads.complete(BUCKET, key, uploadId, { parts }));
  const listed = (parts: readonly Part[]): CompletedPart[] =>
    parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
  const files = async () =>
    (await readdir(join(directory, 'data'), { recursive: true, withFileTypes: true })).filter((e) => e.isFile()).length;
  const read = async (key: string) => buffer((await store.get(BUCKET, key)).body);

  it('become one object with the ETag of S3, in the order of the part numbers', async () => {
    const bytes = randomBytes(12 * MIB);
    const pieces = [bytes.subarray(0, 5 * MIB), bytes.subarray(5 * MIB, 11 * MIB), bytes.subarray(11 * MIB)];
    const { uploadId } = await start('whole', { headers: { ContentType: 'x/y' } });
    const third = await putPart('whole', uploadId, 9, pieces[2]!);
    const first = await putPart('whole', uploadId, 1, pieces[0]!);
    await putPart('whole', uploadId, 5, randomBytes(10));
    const second = await putPart('whole', uploadId, 5, pieces[1]!);
    assert.equal(await store.head(BUCKET, 'whole'), undefined);
    const version = await complete('whole', uploadId, listed([first, second, third]));
    const md5 = (data: Uint8Array) => createHash('md5').update(data).digest();
    assert.equal(version.etag, `"${md5(Buffer.concat(pieces.map(md5))).toString('hex')}-3"`);
    assert.equal(version.headers.ContentType, 'x/y');
    assert.ok((await read('whole')).equals(bytes));
    const across = store.contents.read(version, { start: 5 * MIB - 3, end: 11 * MIB + 3 });
    assert.ok((await buffer(across)).equals(bytes.subarray(5 * MIB - 3, 11 * MIB + 3)));
  });

  it('give the same object when they are completed twice, and none when they were aborted', async () => {
    const { uploadId } = await start('twice');
    const part = await putPart('twice', uploadId, 1, Buffer.from('content'));
    const version = await complete('twice', uploadId, listed([part]));
    assert.equal((await complete('twice', uploadId, listed([part]))).id, version.id);
    await assert.rejects(putPart('twice', uploadId, 2, Buffer.from('late')), { code: 'NoSuchUpload', status: 404 });

    const aborted = await start('twice');
    await store.commit(() => store.uploads.abort(BUCKET, 'twice', aborted.uploadId));
    await assert.rejects(complete('twice', aborted.uploadId, listed([part])), { code: 'NoSuchUpload' });
  });

  it('are refused when parts are missing, out of order, too small or not what was uploaded', async () => {
    const { uploadId } = await start('wrong');
    const one = await putPart('wrong', uploadId, 1, Buffer.from('one'));
    const two = await putPart('wrong', uploadId, 2, Buffer.from('two'));
    const refused = (parts: CompletedPart[], code: string) =>
      assert.rejects(complete('wrong', uploadId, parts), { code });
    await refused(listed([two, one]), 'InvalidPartOrder');
    await refused(listed([one, one]), 'InvalidPartOrder');
    await refused([...listed([one]), { PartNumber: 3, ETag: two.etag }], 'InvalidPart');
    await refused([{ PartNumber: 1, ETag: two.etag }], 'InvalidPart');
    await refused(listed([one, two]), 'EntityTooSmall');
    assert.equal((await complete('wrong', uploadId, listed([two]))).size, 3);
  });

  it('have the checksum of the whole, or one made of those of the parts', async () => {
    const pieces = [randomBytes(5 * MIB), randomBytes(100)];
    const checksumOf = (data: Uint8Array) => {
      const crc = newChecksum('CRC32C');
      crc.update(data);
      return crc.bytes();
    };
    const upload = async (key: string, checksumType: 'FULL_OBJECT' | 'COMPOSITE') => {
      const { uploadId } = await start(key, { checksumAlgorithm: 'CRC32C', checksumType });
      const parts = [await putPart(key, uploadId, 1, pieces[0]!), await putPart(key, uploadId, 2, pieces[1]!)];
      return (await complete(key, uploadId, listed(parts))).checksums.CRC32C;
    };
    assert.equal(await upload('full', 'FULL_OBJECT'), checksumOf(Buffer.concat(pieces)).toString('base64'));
    const composite = checksumOf(Buffer.concat(pieces.map(checksumOf))).toString('base64');
    assert.equal(await upload('composite', 'COMPOSITE'), `${composite}-2`);
  });

  it('materialize as one file, and take no more room for it', async () => {
    const pieces = [randomBytes(5 * MIB), randomBytes(MIB)];
    const { uploadId } = await start('joined');
    const parts = [await putPart('joined', uploadId, 1, pieces[0]!), await putPart('joined', uploadId, 2, pieces[1]!)];
    await complete('joined', uploadId, listed(parts));
    const before = await files();
    const targets = [join(directory, 'joined-1'), join(directory, 'joined-2')];
    await Promise.all(targets.map((path) => store.materialize(BUCKET, 'joined', path, { link: true })));
    for (const path of targets) assert.ok((await readFile(path)).equals(Buffer.concat(pieces)));
    const deadline = Date.now() + 10_000;
    while ((await files()) >= before) {
      assert.ok(Date.now() < deadline, 'the parts were never removed');
      await new Promise(setImmediate);
    }
    assert.ok((await read('joined')).equals(Buffer.concat(pieces)));
    assert.deepEqual(
      store.uploads
        .partsOf(store.versions.current(store.buckets.get(BUCKET), 'joined')!.upload!)
        .map((part) => part.size),
      [5 * MIB, MIB],
    );
  });

  it('materialize as the one that is there in the end when another takes its place meanwhile', async () => {
    const uploadOf = async (bytes: Uint8Array) => {
      const { uploadId } = await start('replaced');
      return { uploadId, parts: listed([await putPart('replaced', uploadId, 1, bytes)]) };
    };
    const bytes = randomBytes(MIB);
    const [first, second] = [await uploadOf(randomBytes(40 * MIB)), await uploadOf(bytes)];
    await complete('replaced', first.uploadId, first.parts);
    const path = join(directory, 'replaced');
    const before = await files();
    const materialized = store.materialize(BUCKET, 'replaced', path);
    // The first one's parts are being joined.
    while ((await files()) === before) await new Promise(setImmediate);
    await complete('replaced', second.uploadId, second.parts);
    assert.equal((await materialized).size, MIB);
    assert.ok((await readFile(path)).equals(bytes));
  });

  it('copy from objects, whole without reading them or in ranges', async () => {
    const bytes = randomBytes(6 * MIB);
    const { etag } = await store.put(BUCKET, 'source', bytes);
    const bucket = store.buckets.get(BUCKET);
    const { uploadId } = await start('copied');
    const copy = (number: number, extent?: { start: number; end: number }) =>
      store.writes.putPart(
        { bucket: BUCKET, key: 'copied', uploadId, number },
        { version: store.versions.get(bucket, 'source'), extent },
      );
    const parts = [await copy(1), await copy(2, { start: 10, end: 1000 })];
    assert.equal(parts[0]!.etag, etag);
    await store.delete(BUCKET, 'source');
    await complete('copied', uploadId, listed(parts));
    assert.ok((await read('copied')).equals(Buffer.concat([bytes, bytes.subarray(10, 1000)])));
  });

  it('are listed while they are open', async () => {
    const bucket = store.buckets.get(BUCKET);
    const started = [await start('open/b'), await start('open/a'), await start('open/a'), await start('open/c/d')];
    const keys = (request: object) => {
      const page = store.listings.uploads(bucket, { prefix: 'open/', limit: 10, ...request });
      return [...page.items.map((item) => item.uploadId), ...page.prefixes];
    };
    const [b, a1, a2, d] = started.map((upload) => upload.uploadId);
    assert.deepEqual(keys({}), [a1, a2, b, d]);
    assert.deepEqual(keys({ delimiter: '/' }), [a1, a2, b, 'open/c/']);
    assert.deepEqual(keys({ after: 'open/a', afterId: started[1]!.id }), [a2, b, d]);
    assert.deepEqual(keys({ after: 'open/a' }), [b, d]);
  });
});
