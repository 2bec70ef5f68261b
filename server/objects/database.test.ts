import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Database, openDatabase } from './database.ts';

describe('commit', () => {
  let directory: string;
  let database: Database;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'database-'));
    database = openDatabase(directory);
  });
  after(async () => {
    await database.close();
    await rm(directory, { recursive: true });
  });
  const add = (name: string) =>
    database.sql.prepare("INSERT INTO bucket (name, account_id, region, created_at) VALUES (?, '', '', 0)").run(name);
  const names = () =>
    database.sql
      .prepare('SELECT name FROM bucket ORDER BY name')
      .all()
      .map((row) => row.name);

  it('undoes a change that throws, and only that one, though others share its transaction', async () => {
    const outcomes = await Promise.allSettled([
      database.commit(() => add('one')),
      database.commit(() => {
        add('two');
        throw new Error('changed my mind');
      }),
      database.commit(() => add('three')),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(names(), ['one', 'three']);
  });

  it('says in words that the disk is full, and goes on once there is room', async () => {
    const { page_count: pages } = database.sql.prepare('PRAGMA page_count').get() as { page_count: number };
    database.sql.exec(`PRAGMA max_page_count = ${pages}`);
    const large = () =>
      database.sql.prepare("INSERT INTO setting VALUES (1, 'cors', ?)").run('x'.repeat(4 * 1024 * 1024));
    await assert.rejects(database.commit(large), { code: 'InsufficientStorage', status: 507, message: /disk space/ });
    database.sql.exec('PRAGMA max_page_count = 1000000');
    await database.commit(large);
    assert.deepEqual(names(), ['one', 'three']);
  });

  it('names the file that it cannot open', async () => {
    await mkdir(join(directory, 'broken'));
    await writeFile(join(directory, 'broken', 'objects.sqlite'), 'no database at all');
    assert.throws(() => openDatabase(join(directory, 'broken')), /cannot open the object database .*objects\.sqlite/);
  });

  it('lets what is queued reach the disk before it closes', async () => {
    const other = openDatabase(join(directory, 'other'));
    const written = other.commit(() =>
      other.sql.exec("INSERT INTO bucket (name, account_id, region, created_at) VALUES ('late', '', '', 0)"),
    );
    await other.close();
    await written;
  });
});
