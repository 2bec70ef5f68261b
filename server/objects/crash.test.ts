import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { openObjectStorage } from './index.ts';

const INDEX = fileURLToPath(new URL('./index.ts', import.meta.url));

/** Uploads objects of all sizes over and over, several at a time, and says of each when it is stored. */
const WRITER = `
const { openObjectStorage } = await import(process.argv[1]);
const { createHash, randomBytes } = await import('node:crypto');
const quiet = { info() {}, warn() {}, error() {} };
const store = await openObjectStorage({ directory: process.argv[2], clock: { now: () => new Date() }, log: quiet });
if (!(await store.bucket('crash'))) await store.createBucket('crash', { accountId: '1', region: 'us-east-1' });
const write = async (lane) => {
  for (let round = 0; ; round++) {
    const bytes = randomBytes([10, 5000, 200_000, 3_000_000][round % 4]);
    const key = lane + '/' + (round % 8);
    console.log('begin', key, createHash('md5').update(bytes).digest('hex'));
    const { etag } = await store.put('crash', key, bytes);
    console.log('stored', key, etag.slice(1, -1));
  }
};
for (const lane of ['a', 'b', 'c']) write(lane);
`;

const filesBelow = async (directory: string) =>
  (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

describe('kill -9 during uploads', () => {
  it('loses nothing that was acknowledged, shows nothing by halves and leaves no file behind', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'crash-'));
    t.after(() => rm(directory, { recursive: true }));
    const stored = new Map<string, string>();
    const begun = new Map<string, Set<string>>();
    for (const linesUntilKill of [15, 37, 60]) {
      const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, INDEX, directory]);
      let lines = 0;
      for await (const line of createInterface({ input: writer.stdout })) {
        const [what, key = '', md5 = ''] = line.split(' ');
        if (what === 'stored') {
          stored.set(key, md5);
          begun.get(key)!.clear();
        } else begun.set(key, (begun.get(key) ?? new Set()).add(md5));
        if (++lines === linesUntilKill) writer.kill('SIGKILL');
      }
      if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
      assert.equal(writer.signalCode, 'SIGKILL');

      const store = await openObjectStorage({ directory, clock: systemClock, log: silentLogger });
      for (const [key, md5] of stored) {
        const { body } = await store.get('crash', key);
        const found = createHash('md5')
          .update(await buffer(body))
          .digest('hex');
        // What was under way may have come through or not.
        assert.ok(found === md5 || begun.get(key)!.has(found), `${key} has content that was never written`);
        stored.set(key, found);
      }
      const rows: number[] = [];
      for await (const { size } of store.list('crash', '')) rows.push(size);
      assert.equal(await filesBelow(join(directory, 'incoming')), 0);
      assert.equal(await filesBelow(join(directory, 'data')), rows.filter((size) => size > 4096).length);
      await store.close();
    }
  });
});
