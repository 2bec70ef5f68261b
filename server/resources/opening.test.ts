import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { here, jobs, notes, sqliteFile, type TestPlace, testDatabases } from './fixtures.ts';
import { openResourceStore } from './index.ts';
import type { ResourceStore } from './resource-store.ts';
import { openSqlite } from './sqlite.ts';
import type { Row, Steps } from './statement.ts';

const options = { clock: systemClock, log: silentLogger };

for (const database of testDatabases) {
  describe(`opening a resource store on ${database.name}`, () => {
    let place: TestPlace;
    before(async () => {
      place = await database.start();
    });
    afterEach(() => place.empty());
    after(() => place.end());

    async function ask(...statements: string[]): Promise<void> {
      const opened = await place.open();
      await opened.write(function* (): Steps<void> {
        for (const sql of statements) yield { sql, parameters: [] };
      });
      await opened.close();
    }

    it('finds everything that was there when it was closed', async () => {
      const first = await openResourceStore(place.location, options);
      await first.create(jobs, here, 'a', { status: 'InProgress' }, { tags: [{ Key: 'k', Value: 'v' }] });
      const job = await first.update(jobs, here, 'a', (doc) => ({ ...doc, note: 'n' }));
      await first.create(notes, here, 'n', { text: 'hello' });
      await first.close();
      const second = await openResourceStore(place.location, options);
      assert.deepEqual(await second.get(jobs, here, 'a'), job);
      assert.equal((await second.tags(job.arn)).length, 1);
      assert.deepEqual(
        (await second.list(notes, here)).items.map(({ doc }) => doc),
        [{ text: 'hello' }],
      );
      await second.close();
    });

    it('refuses a database of a newer version, and leaves it as it is', async () => {
      const store = await openResourceStore(place.location, options);
      await store.create(notes, here, 'n', { text: 'hello' });
      await store.close();
      await ask('insert into migrations (version) values (1000)');
      await assert.rejects(openResourceStore(place.location, options), /of version 1000, newer than/);
      await ask('delete from migrations where version = 1000');
      const again = await openResourceStore(place.location, options);
      assert.equal(await again.count(notes, here), 1);
      await again.close();
    });

    it('makes all of its tables or none', async () => {
      await ask('create table tags (arn text)');
      await assert.rejects(openResourceStore(place.location, options));
      await ask('drop table tags');
      const store = await openResourceStore(place.location, options);
      assert.deepEqual(await store.tags('arn'), []);
      await store.close();
    });
  });
}

describe('a resource store in an SQLite file', () => {
  let place: TestPlace;
  let path: string;
  let store: ResourceStore;
  beforeEach(async () => {
    place = await sqliteFile.start();
    path = 'path' in place.location ? place.location.path : '';
    store = await openResourceStore({ path }, options);
  });
  afterEach(async () => {
    await store.close();
    await place.end();
  });

  it('is open to one server at a time', async () => {
    await assert.rejects(openResourceStore({ path }, options), /is in use by another Wildsage server/);
    await store.close();
    store = await openResourceStore({ path }, options);
  });

  it('is for its owner only', async () => {
    await store.create(notes, here, 'n', { text: 'a secret' });
    for (const file of [path, `${path}-wal`, `${path}-shm`]) assert.equal((await stat(file)).mode & 0o777, 0o600, file);
  });

  it('can be copied while it is in use', async () => {
    for (let n = 0; n < 50; n++) await store.create(notes, here, `haystack-${n}`, { text: `${n}` });
    const { DatabaseSync } = await import('node:sqlite');
    const backup = new DatabaseSync(path, { readOnly: true });
    backup.exec(`vacuum into '${path}.copy'`);
    backup.close();
    await store.create(notes, here, 'later', { text: '' });
    const copy = await openResourceStore({ path: `${path}.copy` }, { ...options, walkLength: 3 });
    assert.equal(await copy.count(notes, here), 50);
    const found = await copy.list(notes, here, { nameContains: 'STACK-49' });
    assert.deepEqual(
      found.items.map(({ name }) => name),
      ['haystack-49'],
    );
    await copy.create(notes, here, 'of its own', { text: '' });
    await copy.close();
  });

  it('says what is wrong when the file is no database', async () => {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(
      `${path}.bad`,
      'this is a text, and a rather long one, so that it cannot be an empty database\n'.repeat(20),
    );
    await assert.rejects(openResourceStore({ path: `${path}.bad` }, options), /resources\.sqlite\.bad.*not a database/);
  });

  it('answers that the disk is full, and goes on when it no longer is', async () => {
    const database = openSqlite(`${path}.small`);
    const pragma = (sql: string) =>
      database.read(function* (): Steps<Row[]> {
        return yield { sql, parameters: [] };
      });
    const fill = () =>
      database.write(function* (): Steps<void> {
        yield { sql: 'create table if not exists t (x)', parameters: [] };
        for (let n = 0; n < 100; n++) yield { sql: 'insert into t values (?)', parameters: ['x'.repeat(1000)] };
      });
    await pragma('pragma max_page_count = 5');
    await assert.rejects(fill(), { code: 'ServiceUnavailable', status: 503, message: /disk is full/ });
    await pragma('pragma max_page_count = 1000');
    await fill();
    assert.deepEqual(
      (await pragma('select count(*) as n from t')).map(({ n }) => n),
      [100],
    );
    await database.close();
  });

  it('keeps the trigram index in step with what is there', async () => {
    for (let n = 0; n < 20; n++) await store.create(notes, here, `note-${n}`, { text: '' });
    for (let n = 0; n < 20; n += 2) await store.delete(notes, here, `note-${n}`);
    await store.close();
    const database = openSqlite(path);
    // Throws when the index and the table differ.
    const check = "insert into resource_names(resource_names, rank) values ('integrity-check', 1)";
    await database.write(function* (): Steps<Row[]> {
      return yield { sql: check, parameters: [] };
    });
    await database.close();
    store = await openResourceStore({ path }, options);
  });
});
