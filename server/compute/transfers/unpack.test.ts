import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { unpackArchive } from './unpack.ts';

type Entry = {
  path: string;
  type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory';
  linkpath?: string;
  content?: string;
  size?: number;
};

/** An archive byte by byte, with whatever a hostile one might hold. */
function archive(entries: Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, type = 'File', linkpath, content = '', size }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    new Header({
      path,
      type,
      linkpath,
      mode: 0o644,
      uid: 7,
      gid: 7,
      size: size ?? body.length,
      mtime: new Date(0),
    }).encode(header);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('unpackArchive', () => {
  let top: string;
  let folder: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'wildsage-unpack-'));
    folder = join(top, 'model');
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));
  const unpack = (bytes: Buffer) => {
    const file = join(tmpdir(), `${basename(top)}.tar.gz`);
    writeFileSync(file, bytes);
    return unpackArchive(file, folder, 's3://b/model.tar.gz').finally(() => rmSync(file));
  };

  it('unpacks files, folders and links that stay inside', async () => {
    await unpack(
      archive([
        { path: './', type: 'Directory' },
        { path: './code/inference.py', content: 'x = 1' },
        { path: 'current', type: 'SymbolicLink', linkpath: 'code/inference.py' },
      ]),
    );
    assert.equal(readFileSync(join(folder, 'current'), 'utf8'), 'x = 1');
  });

  it('takes an archive that is not compressed, and an empty one', async () => {
    await unpack(gunzipSync(archive([{ path: 'a', content: '1' }])));
    await unpack(archive([]));
    assert.deepEqual(readdirSync(folder), ['a']);
  });

  it('takes absolute names from the folder on, as tar does', async () => {
    await unpack(
      archive([
        { path: '/', type: 'Directory' },
        { path: '//code/a', content: '1' },
      ]),
    );
    assert.equal(readFileSync(join(folder, 'code', 'a'), 'utf8'), '1');
  });

  const hostile: [string, Entry[], RegExp][] = [
    ['a name that climbs out', [{ path: '../evil', content: 'x' }], /its entry "\.\.\/evil" lies outside/],
    ['a name that climbs out later', [{ path: 'a/../../evil', content: 'x' }], /lies outside of the folder/],
    ['a name that climbs out of the root', [{ path: '/../evil', content: 'x' }], /lies outside of the folder/],
    [
      'a link to a file elsewhere',
      [{ path: 'l', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
      /its link "l" leads outside/,
    ],
    [
      'a link that climbs out',
      [{ path: 'a/l', type: 'SymbolicLink', linkpath: '../../x' }],
      /its link "a\/l" leads outside/,
    ],
    ['a hard link to elsewhere', [{ path: 'l', type: 'Link', linkpath: '../x' }], /its link "l" leads outside/],
    ['a claim to hold more than the disk', [{ path: 'a', size: 2 ** 50 }], /the disk has not enough space/],
  ];
  for (const [what, entries, message] of hostile) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(unpack(archive([{ path: 'first', content: '1' }, ...entries])), message);
      assert.deepEqual(readdirSync(top), ['model']);
      assert.ok(!existsSync('/evil'));
    });
  }

  it('says that something is no archive, or only part of one', async () => {
    const whole = archive([{ path: 'a', content: 'x'.repeat(5000) }]);
    for (const bytes of [Buffer.from('hello world, this is no archive'), whole.subarray(0, whole.length - 20)]) {
      await assert.rejects(unpack(bytes), /s3:\/\/b\/model\.tar\.gz is not a whole tar\.gz archive/);
    }
  });
});
