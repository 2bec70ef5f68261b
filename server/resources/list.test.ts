import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { elsewhere, here, type Job, jobs, notes, type TestPlace, testDatabases } from './fixtures.ts';
import { openResourceStore } from './index.ts';
import type { ListQuery, Resource, ResourceStore } from './resource-store.ts';

const statuses = ['Completed', 'Failed', 'InProgress'] as const;
const groups = ['blue', 'red', undefined] as const;
const start = Date.UTC(2026, 0, 1);
const minute = (n: number) => new Date(start + n * 60_000);

/** Times with ties, and in another order than names. */
const jobNumbered = (n: number) => ({
  name: `${['Xgb', 'xgb_', 'mlp-', 'Ärzte'][n % 4]}${(n * 37) % 90}`,
  doc: { status: statuses[n % 3], group: groups[Math.floor(n / 3) % 3] } as Job,
  created: minute(Math.floor(n / 4)),
  modified: minute((n * 13) % 90),
});

/** What a list ought to give, worked out in the plainest way. */
function expected(all: Resource<Job>[], query: ListQuery): string[] {
  const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const key = (job: Resource<Job>) =>
    ({
      name: '',
      status: job.doc.status,
      createdAt: job.createdAt.toISOString(),
      modifiedAt: job.modifiedAt.toISOString(),
    })[query.sortBy ?? 'name'];
  const sorted = all
    .filter(({ doc }) => query.status === undefined || doc.status === query.status)
    .filter(({ doc }) => query.parent === undefined || doc.group === query.parent)
    .filter(({ name }) => name.toLowerCase().includes((query.nameContains ?? '').toLowerCase()))
    .filter(({ name }) => name.startsWith(query.namePrefix ?? ''))
    .filter(({ createdAt }) => !query.createdAfter || createdAt >= query.createdAfter)
    .filter(({ createdAt }) => !query.createdBefore || createdAt < query.createdBefore)
    .filter(({ modifiedAt }) => !query.modifiedAfter || modifiedAt >= query.modifiedAfter)
    .filter(({ modifiedAt }) => !query.modifiedBefore || modifiedAt < query.modifiedBefore)
    .sort((a, b) => bytes(key(a), key(b)) || bytes(a.name, b.name))
    .map(({ name }) => name);
  return query.order === 'descending' ? sorted.reverse() : sorted;
}

const filters: ListQuery[] = [
  {},
  { status: 'Failed' },
  { parent: 'red' },
  { status: 'Completed', parent: 'blue' },
  { createdAfter: minute(5), createdBefore: minute(17) },
  { modifiedAfter: minute(30), modifiedBefore: minute(70), status: 'InProgress' },
  { createdAfter: minute(5), modifiedBefore: minute(60) },
  { namePrefix: 'xgb' },
  { namePrefix: 'Xgb', createdBefore: minute(15) },
  { nameContains: 'GB' },
  { nameContains: 'xGb' },
  { nameContains: 'B_' },
  { nameContains: '%' },
  { nameContains: 'zz' },
  { nameContains: '7' },
  { nameContains: 'Te' },
  { nameContains: '-1', status: 'Failed' },
  { nameContains: 'no such name' },
  { nameContains: 'xgb', parent: 'red', createdAfter: minute(3), modifiedAfter: minute(20) },
];

const sortings = (['name', 'createdAt', 'modifiedAt', 'status'] as const).flatMap((sortBy) =>
  (['ascending', 'descending'] as const).map((order) => ({ sortBy, order })),
);

for (const database of testDatabases) {
  describe(`lists on ${database.name}`, () => {
    let store: ResourceStore;
    let place: TestPlace;
    const all: Resource<Job>[] = [];

    before(async () => {
      place = await database.start();
      store = await openResourceStore(place.location, { clock: systemClock, log: silentLogger });
      for (let n = 0; n < 90; n++) {
        const { name, doc, created, modified } = jobNumbered(n);
        await store.create(jobs, here, name, doc, { now: created });
        all.push(await store.update(jobs, here, name, (job) => ({ ...job, note: 'changed' }), { now: modified }));
      }
      await store.create(jobs, elsewhere, 'xgb-elsewhere', { status: 'Failed' });
      await store.create(notes, here, 'xgb-note', { text: '' });
    });
    after(async () => {
      await store.close();
      await place.end();
    });

    async function reopen(walkLength?: number): Promise<void> {
      await store.close();
      store = await openResourceStore(place.location, { clock: systemClock, log: silentLogger, walkLength });
    }

    const namesOf = (resources: readonly Resource<unknown>[]) => resources.map(({ name }) => name);

    async function namesByPages(query: ListQuery): Promise<string[]> {
      const names: string[] = [];
      let token: string | undefined;
      do {
        const page = await store.list(jobs, here, { ...query, token });
        names.push(...namesOf(page.items));
        token = page.nextToken;
      } while (token !== undefined);
      return names;
    }

    // With a short walk most of these lists search by other indexes, as they would among a million resources.
    for (const walkLength of [undefined, 12]) {
      describe(`that walk over ${walkLength ?? 'many'} rows before they search`, () => {
        before(() => reopen(walkLength));
        for (const filter of filters) {
          it(`in every order, whole and by pages, with ${JSON.stringify(filter)}`, async () => {
            for (const sorting of sortings) {
              const query = { ...filter, ...sorting };
              const names = expected(all, query);
              assert.deepEqual(namesOf((await store.list(jobs, here, query)).items), names, JSON.stringify(query));
              assert.deepEqual(await namesByPages({ ...query, limit: 20 }), names, JSON.stringify(query));
            }
          });
        }
      });
    }

    it('gives no token when the page is just full', async () => {
      assert.equal((await store.list(jobs, here, { limit: 90 })).nextToken, undefined);
      assert.notEqual((await store.list(jobs, here, { limit: 89 })).nextToken, undefined);
    });

    it('gives kinds without a status by name when they are sorted by it, and none when filtered by it', async () => {
      assert.deepEqual(namesOf((await store.list(notes, here, { sortBy: 'status' })).items), ['xgb-note']);
      assert.deepEqual((await store.list(notes, here, { status: 'Failed' })).items, []);
    });

    it('is empty where nothing was ever made', async () => {
      assert.deepEqual(await store.list(notes, elsewhere), { items: [] });
    });

    it('refuses a token of another list, and a damaged one', async () => {
      const query: ListQuery = { sortBy: 'createdAt', limit: 5 };
      const { nextToken = '' } = await store.list(jobs, here, query);
      const refused = { code: 'ValidationException', message: /^Invalid pagination token/ };
      await store.list(jobs, here, { ...query, limit: 50, token: nextToken });
      const others: ListQuery[] = [{ order: 'descending' }, { sortBy: 'name' }, { status: 'Failed' }];
      for (const other of others) {
        await assert.rejects(store.list(jobs, here, { ...query, ...other, token: nextToken }), refused);
      }
      await assert.rejects(store.list(jobs, elsewhere, { ...query, token: nextToken }), refused);
      await assert.rejects(store.list(notes, here, { ...query, token: nextToken }), refused);
      const [fingerprint] = JSON.parse(Buffer.from(nextToken, 'base64url').toString());
      const damaged = [
        '',
        'x',
        nextToken.slice(1),
        `${nextToken}!`.repeat(2),
        Buffer.from('[1]').toString('base64url'),
        Buffer.from(JSON.stringify([fingerprint, 'no time', 'a'])).toString('base64url'),
      ];
      for (const token of damaged) await assert.rejects(store.list(jobs, here, { ...query, token }), refused);
    });

    it('neither skips nor repeats what is there when more comes between two pages', async () => {
      for (const sorting of sortings) {
        const query = { ...sorting, limit: 20 };
        const before = expected(all, query);
        const seen: string[] = [];
        const added: string[] = [];
        let token: string | undefined;
        for (let page = 0; page === 0 || token !== undefined; page++) {
          const { items, nextToken } = await store.list(jobs, here, { ...query, token });
          seen.push(...namesOf(items));
          token = nextToken;
          for (const end of ['0', 'zz']) {
            const name = `${end}-${sorting.sortBy}-${sorting.order}-${page}`;
            await store.create(jobs, here, name, { status: 'Failed' }, { now: minute(page * 7) });
            added.push(name);
          }
        }
        assert.deepEqual(
          seen.filter((name) => !added.includes(name)),
          before,
        );
        for (const name of added) await store.delete(jobs, here, name);
      }
    });
  });
}
