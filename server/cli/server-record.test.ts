import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { processIdentity } from '../compute/host/process-identity.ts';
import { claim, ephemeralRecord, liveRecord, liveServer, ownRecord, publish, release } from './server-record.ts';

const facts = { host: '127.0.0.1', port: 9453, region: 'us-east-1', ephemeral: false };
const taken = (by: { pid: number }) => new Error(`taken by ${by.pid}`);

describe('the record of a server', () => {
  let home: string;
  let lock: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-record-'));
    lock = join(home, 'server.json');
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const own = () => ownRecord({ ...facts, home });

  it('is claimed by one, and names it to the next', () => {
    claim(lock, own(), taken);
    assert.throws(() => claim(lock, own(), taken), new RegExp(`taken by ${process.pid}`));
    assert.equal(statSync(lock).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(home), ['server.json']);
  });

  it('has an address once it is published, and is gone once it is released', () => {
    claim(lock, own(), taken);
    assert.equal(liveServer(home)?.url, undefined);
    publish(lock, { ...own(), url: 'http://127.0.0.1:9453' });
    assert.equal(liveServer(home)?.url, 'http://127.0.0.1:9453');
    release(lock);
    assert.equal(liveServer(home), undefined);
  });

  it('of a process that has ended counts as absent', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const dead = { ...own(), pid: child.pid ?? 0, identity: processIdentity(child.pid ?? 0) ?? '' };
    writeFileSync(lock, JSON.stringify(dead));
    assert.equal(liveRecord(lock)?.pid, child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(liveRecord(lock), undefined);
    claim(lock, own(), taken);
    assert.equal(liveRecord(lock)?.pid, process.pid);
  });

  it('of an earlier process with the same number counts as absent', () => {
    writeFileSync(lock, JSON.stringify({ ...own(), identity: 'another boot:1' }));
    assert.equal(liveRecord(lock), undefined);
    claim(lock, own(), taken);
  });

  it('that is torn or empty is replaced', () => {
    for (const text of ['', '{"pid": 1', 'null']) {
      writeFileSync(lock, text);
      claim(lock, own(), taken);
      assert.equal(JSON.parse(readFileSync(lock, 'utf8')).pid, process.pid);
      release(lock);
    }
  });

  it('is left alone when it is another’s', () => {
    const other = { ...own(), pid: 1 };
    writeFileSync(lock, JSON.stringify(other));
    release(lock);
    assert.equal(JSON.parse(readFileSync(lock, 'utf8')).pid, 1);
  });

  it('of an ephemeral server answers for the home only while the home has no server of its own', () => {
    publish(ephemeralRecord(home), { ...own(), ephemeral: true, url: 'http://127.0.0.1:1' });
    assert.equal(liveServer(home)?.ephemeral, true);
    claim(lock, own(), taken);
    assert.equal(liveServer(home)?.ephemeral, false);
  });

  it('goes to exactly one of many processes that claim at once, over a dead one’s', async () => {
    writeFileSync(lock, JSON.stringify({ ...own(), identity: 'another boot:1' }));
    const program = `
      import { claim, ownRecord } from '${join(import.meta.dirname, 'server-record.ts')}';
      const record = ownRecord(${JSON.stringify({ ...facts, home })});
      try { claim(${JSON.stringify(lock)}, record, () => new Error('taken')); console.log('claimed'); }
      catch (error) { console.log(error.message); }
      process.stdin.resume();`;
    const outcomes = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
      const [line] = await once(child.stdout, 'data');
      return { child, line: String(line).trim() };
    });
    const ended = await Promise.all(outcomes);
    for (const { child } of ended) child.kill('SIGKILL');
    assert.deepEqual(ended.map(({ line }) => line).sort(), ['claimed', 'taken', 'taken', 'taken']);
  });
});
