import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { type ObjectStorage, openObjectStorage } from './index.ts';

describe('versions', () => {
  let directory: string;
  let store: ObjectStorage;
  let name: string;
  let count = 0;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'versions-'));
    store = await openObjectStorage({ directory, clock: systemClock, log: silentLogger });
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    name = `bucket-${++count}`;
    await store.createBucket(name, { accountId: '111122223333', region: 'us-east-1' });
  });

  const put = async (content: string) => (await store.writes.put(name, 'key', Buffer.from(content))).versionId;
  const remove = (versionId?: string) => store.commit(() => store.versions.delete(name, 'key', versionId));
  const read = (versionId?: string) => {
    const version = store.versions.get(store.buckets.get(name), 'key', versionId);
    return version.isDeleteMarker ? 'delete marker' : text(store.contents.read(version));
  };
  const kept = () =>
    store.listings.versions(store.buckets.get(name), { prefix: '', limit: 100 }).items.map((item) => item.versionId);

  it('keeps one version, called null, while versioning was never on', async () => {
    assert.equal(await put('1'), 'null');
    assert.equal(await put('2'), 'null');
    assert.deepEqual(kept(), ['null']);
    assert.equal(await read(), '2');
    assert.deepEqual(await remove(), { isDeleteMarker: false });
    assert.deepEqual(kept(), []);
  });

  it('keeps every version once versioning is on, and the null version from before', async () => {
    await put('before');
    await store.buckets.setVersioning(name, 'Enabled');
    const first = await put('1');
    const second = await put('2');
    assert.deepEqual(kept(), [second, first, 'null']);
    assert.equal(await read(), '2');
    assert.equal(await read(first), '1');
    assert.equal(await read('null'), 'before');
  });

  it('puts a delete marker, which hides the key until the marker is deleted', async () => {
    await store.buckets.setVersioning(name, 'Enabled');
    await put('1');
    const { versionId, isDeleteMarker } = await remove();
    assert.equal(isDeleteMarker, true);
    assert.equal(await store.head(name, 'key'), undefined);
    assert.equal(await read(versionId), 'delete marker');
    assert.deepEqual(await remove(versionId), { versionId, isDeleteMarker: true });
    assert.equal((await store.head(name, 'key'))?.size, 1);
  });

  it('shows the version before when the newest is deleted for good', async () => {
    await store.buckets.setVersioning(name, 'Enabled');
    await put('1');
    const second = await put('2');
    await remove(second);
    assert.equal(await read(), '1');
    assert.equal((await store.head(name, 'key'))?.size, 1);
  });

  it('replaces only the null version while versioning is suspended', async () => {
    await store.buckets.setVersioning(name, 'Enabled');
    const first = await put('1');
    await store.buckets.setVersioning(name, 'Suspended');
    await put('2');
    await put('3');
    assert.deepEqual(kept(), ['null', first]);
    assert.equal(await read(), '3');
    assert.deepEqual(await remove(), { versionId: 'null', isDeleteMarker: true });
    assert.deepEqual(kept(), ['null', first]);
    assert.equal(await read('null'), 'delete marker');
  });

  it('refuses what was never a version id, and does not find what is none any more', async () => {
    await store.buckets.setVersioning(name, 'Enabled');
    const first = await put('1');
    await remove(first);
    assert.throws(() => read('no-version'), { code: 'InvalidArgument' });
    assert.throws(() => read(first), { code: 'NoSuchVersion', status: 404 });
    assert.deepEqual(await remove(first), { versionId: first, isDeleteMarker: false });
  });

  it('lets only one of many conditional writes through', async () => {
    const conditions = { ifNoneMatch: '*' };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => store.writes.put(name, 'key', Buffer.from(String(i)), { conditions })),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'PreconditionFailed');
    }
  });

  it('replaces only the object whose ETag the client knows', async () => {
    const { etag } = await store.put(name, 'key', Buffer.from('1'));
    const write = (ifMatch: string) => store.writes.put(name, 'key', Buffer.from('2'), { conditions: { ifMatch } });
    await assert.rejects(write('"0123456789abcdef0123456789abcdef"'), { code: 'PreconditionFailed', status: 412 });
    await write(etag.slice(1, -1));
    await assert.rejects(write(etag), { code: 'PreconditionFailed' });
    await remove();
    await assert.rejects(write('*'), { code: 'NoSuchKey' });
  });

  it('deletes only what the client knows, by the newest version even when it names another', async () => {
    const bucket = 'conditional-deletes';
    await store.createBucket(bucket, { accountId: '1', region: 'us-east-1' });
    await store.buckets.setVersioning(bucket, 'Enabled');
    const put = (text: string) => store.writes.put(bucket, 'key', Buffer.from(text));
    const remove = (ifMatch: string, versionId?: string) =>
      store.commit(() => store.versions.delete(bucket, 'key', versionId, { ifMatch }));
    const old = await put('old');
    const { etag } = await put('new');
    await assert.rejects(remove(old.etag), { code: 'PreconditionFailed' });
    await assert.rejects(remove(old.etag, old.versionId), { code: 'PreconditionFailed' });
    assert.deepEqual(await remove(etag, old.versionId), { versionId: old.versionId, isDeleteMarker: false });
    await remove(etag);
    await assert.rejects(remove('*'), { code: 'NoSuchKey' });
  });

  it('lets a bucket go only when no version is left in it', async () => {
    await store.buckets.setVersioning(name, 'Enabled');
    const first = await put('1');
    const { versionId: marker } = await remove();
    await assert.rejects(store.buckets.delete(name), { code: 'BucketNotEmpty', status: 409 });
    await remove(first);
    await assert.rejects(store.buckets.delete(name), { code: 'BucketNotEmpty' });
    await remove(marker);
    await store.buckets.delete(name);
    assert.equal(await store.bucket(name), undefined);
  });
});

describe('buckets', () => {
  it('have names by the rules of S3, and one owner', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'buckets-'));
    const store = await openObjectStorage({ directory, clock: systemClock, log: silentLogger });
    t.after(async () => {
      await store.close();
      await rm(directory, { recursive: true });
    });
    const create = (name: string, accountId = '111122223333') =>
      store.createBucket(name, { accountId, region: 'us-east-1' });
    const wrong = [
      'ab',
      'a'.repeat(64),
      'Upper',
      'under_score',
      '-a-',
      'a..b',
      '10.0.0.1',
      'xn--abc',
      'abc-s3alias',
      '../etc',
      '',
    ];
    for (const name of wrong) await assert.rejects(create(name), { code: 'InvalidBucketName' }, name);
    for (const name of ['abc', 'a.b-c', '1-2', 'a'.repeat(63)]) await create(name);
    await assert.rejects(create('abc'), { code: 'BucketAlreadyOwnedByYou', status: 409 });
    await assert.rejects(create('abc', '444455556666'), { code: 'BucketAlreadyExists', status: 409 });
    assert.deepEqual(
      [...store.buckets.ofAccount('111122223333', { prefix: 'a', after: 'a.b-c' })].map((b) => b.name),
      ['a'.repeat(63), 'abc'],
    );
  });
});
