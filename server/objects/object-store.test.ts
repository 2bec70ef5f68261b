import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { type ObjectStorage, openObjectStorage } from './index.ts';

const md5 = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`;
const filesBelow = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

describe('object store', () => {
  let directory: string;
  let store: ObjectStorage;
  const open = () =>
    openObjectStorage({ directory: join(directory, 'objects'), clock: systemClock, log: silentLogger });
  const read = async (key: string) => buffer((await store.get('models', key)).body);

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'objects-'));
    store = await open();
    await store.createBucket('models', { accountId: '111122223333', region: 'eu-west-1' });
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  for (const size of [0, 1, 4096, 4097, 128 * 1024, 128 * 1024 + 1, 512 * 1024, 5 * 1024 * 1024 + 17]) {
    it(`gives back the ${size} bytes it was given, with their MD5 as ETag`, async () => {
      const bytes = randomBytes(size);
      const info = await store.put(
        'models',
        `sized/${size}`,
        Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]),
      );
      assert.equal(info.etag, md5(bytes));
      assert.equal(info.size, size);
      assert.ok((await read(`sized/${size}`)).equals(bytes));
      assert.deepEqual(await store.head('models', `sized/${size}`), info);
    });
  }

  it('takes bytes and files as well as streams, with type and metadata', async () => {
    const path = join(directory, 'given');
    await writeFile(path, 'from a file');
    await store.put('models', 'file', { file: path }, { contentType: 'text/plain', metadata: { author: 'me' } });
    await store.put('models', 'bytes', Buffer.from('from memory'));
    assert.equal(String(await read('file')), 'from a file');
    assert.equal(String(await read('bytes')), 'from memory');
    const info = await store.head('models', 'file');
    assert.equal(info?.contentType, 'text/plain');
    assert.deepEqual(info?.metadata, { author: 'me' });
  });

  it('keeps keys that look like paths apart from the file system', async () => {
    for (const key of ['../../etc/passwd', '/absolute', 'a//b', 'a/./b', '..', 'ключ/鍵/🔑', ' ', '%2e%2e']) {
      await store.put('models', key, Buffer.from(key));
      assert.equal(String(await read(key)), key);
    }
  });

  it('refuses keys that are too long, empty or not text', async () => {
    await assert.rejects(store.put('models', 'k'.repeat(1025), Buffer.from('')), { code: 'KeyTooLongError' });
    await assert.rejects(store.put('models', '', Buffer.from('')), { code: 'InvalidArgument' });
    await assert.rejects(store.put('models', 'a\0b', Buffer.from('')), { code: 'InvalidArgument' });
    await assert.rejects(store.put('models', '\ud800', Buffer.from('')), { code: 'InvalidArgument' });
  });

  it('answers NoSuchBucket and NoSuchKey for what is not there', async () => {
    await assert.rejects(store.put('nowhere', 'key', Buffer.from('')), { code: 'NoSuchBucket', status: 404 });
    await assert.rejects(store.get('models', 'nothing'), { code: 'NoSuchKey', status: 404 });
    assert.equal(await store.head('models', 'nothing'), undefined);
    assert.equal(await store.bucket('nowhere'), undefined);
  });

  it('leaves nothing behind when the body fails half-way, and keeps what was there', async () => {
    await store.put('models', 'kept', Buffer.from('old'));
    const before = await filesBelow(directory);
    const failing = Readable.from(
      (async function* () {
        yield randomBytes(3 * 1024 * 1024);
        throw new Error('connection lost');
      })(),
    );
    await assert.rejects(store.put('models', 'kept', failing), /connection lost/);
    assert.equal(String(await read('kept')), 'old');
    assert.equal(await filesBelow(directory), before);
  });

  it('puts nothing into a bucket that came under the name of the one it was sent to', async () => {
    await store.createBucket('moved', { accountId: '111122223333', region: 'eu-west-1' });
    const body = new Readable({ read() {} });
    const sent = store.put('moved', 'key', body);
    body.push('meant for the old one');
    await store.buckets.delete('moved');
    await store.createBucket('moved', { accountId: '999999999999', region: 'eu-west-1' });
    body.push(null);
    await assert.rejects(sent, { code: 'NoSuchBucket' });
    assert.equal(await store.head('moved', 'key'), undefined);
  });

  it('goes on giving a reader the old bytes while the object is replaced, then frees them', async () => {
    const old = randomBytes(2 * 1024 * 1024);
    await store.put('models', 'replaced', old);
    const { body } = await store.get('models', 'replaced');
    await store.put('models', 'replaced', Buffer.from('new'));
    const count = await filesBelow(join(directory, 'objects', 'data'));
    assert.ok((await buffer(body)).equals(old));
    const deadline = Date.now() + 10_000;
    while ((await filesBelow(join(directory, 'objects', 'data'))) >= count) {
      assert.ok(Date.now() < deadline, 'the replaced file was never removed');
      await new Promise(setImmediate);
    }
  });

  it('lists below a prefix in the order of UTF-8 bytes', async () => {
    const keys = ['l/a', 'l/a!', 'l/a/b', 'l/b', 'l/é', 'l/\uffee', 'l/😀'];
    for (const key of [...keys].reverse()) await store.put('models', key, Buffer.from(''));
    await store.put('models', 'l0', Buffer.from(''));
    const listed: string[] = [];
    for await (const { key } of store.list('models', 'l/')) listed.push(key);
    assert.deepEqual(listed, keys);
  });

  it('deletes, and does not mind when there is nothing to delete', async () => {
    await store.put('models', 'gone', Buffer.from('x'));
    await store.delete('models', 'gone');
    await store.delete('models', 'gone');
    assert.equal(await store.head('models', 'gone'), undefined);
  });

  it('materializes as a copy that may be changed, or as a link that may not', async () => {
    const bytes = randomBytes(300_000);
    await store.put('models', 'input', bytes);
    const copied = join(directory, 'deep', 'down', 'copy');
    const linked = join(directory, 'linked');
    await store.materialize('models', 'input', copied);
    await store.materialize('models', 'input', linked, { link: true });
    await store.materialize('models', 'input', linked, { link: true });
    assert.ok((await readFile(copied)).equals(bytes));
    assert.ok((await readFile(linked)).equals(bytes));
    assert.equal((await stat(linked)).nlink, 2);
    assert.equal((await stat(linked)).mode & 0o222, 0);
    assert.equal((await stat(copied)).nlink, 1);
    await writeFile(copied, 'changed');
    assert.ok((await read('input')).equals(bytes));
    assert.deepEqual(
      (await readdir(directory)).filter((name) => name.startsWith('linked')),
      ['linked'],
    );
  });

  it('materializes small objects, which have no file of their own', async () => {
    await store.put('models', 'small', Buffer.from('few'));
    await store.materialize('models', 'small', join(directory, 'small'), { link: true });
    assert.equal(await readFile(join(directory, 'small'), 'utf8'), 'few');
  });

  it('has everything again after it was closed and opened', async () => {
    const bytes = randomBytes(200_000);
    await store.put('models', 'durable', bytes, { metadata: { a: 'b' } });
    await store.close();
    store = await open();
    assert.ok((await read('durable')).equals(bytes));
    assert.equal((await store.bucket('models'))?.region, 'eu-west-1');
  });

  it('empties everything at once', async () => {
    await store.clear();
    assert.equal(await store.bucket('models'), undefined);
    assert.equal(await filesBelow(join(directory, 'objects', 'data')), 0);
  });
});
