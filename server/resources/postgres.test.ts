import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { here, notes, postgresServers, type TestPlace } from './fixtures.ts';
import { openResourceStore } from './index.ts';
import { openPostgres } from './postgres.ts';
import type { ResourceStore } from './resource-store.ts';

const options = { clock: systemClock, log: silentLogger };

describe('a resource store on PostgreSQL', () => {
  it('says where it could not connect to, without the password', async () => {
    const opening = openPostgres('postgres://me:secret@127.0.0.1:1/resources', silentLogger);
    await assert.rejects(opening, ({ message }: Error) => {
      assert.match(message, /cannot open the resource database resources at 127\.0\.0\.1:1: .*ECONNREFUSED/);
      assert.doesNotMatch(message, /secret/);
      return true;
    });
  });
});

// What takes connections that are sessions of their own, which the server in WebAssembly does not have.
for (const server of postgresServers) {
  describe(`a resource store on ${server.name}`, () => {
    let place: TestPlace;
    let store: ResourceStore;
    let databaseUrl: string;
    before(async () => {
      place = await server.start();
      databaseUrl = 'databaseUrl' in place.location ? place.location.databaseUrl : '';
      store = await openResourceStore(place.location, options);
    });
    after(async () => {
      await store.close();
      await place.end();
    });

    it('is open to one server at a time', async () => {
      await assert.rejects(openResourceStore(place.location, options), /is in use by another Wildsage server/);
      await store.close();
      store = await openResourceStore(place.location, options);
    });

    it('goes on after its connections were cut, with all that was answered', async () => {
      await store.create(notes, here, 'before', { text: '' });
      const admin = new pg.Client(databaseUrl);
      await admin.connect();
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'wildsage' and pid <> pg_backend_pid()",
      );
      await admin.end();
      for (let n = 0; ; n++) {
        const created = await store.create(notes, here, `after-${n}`, { text: '' }).catch((error: Error) => error);
        if (!(created instanceof Error)) break;
        assert.equal((created as { status?: number }).status, 503);
        assert.ok(n < 5, `still: ${created.message}`);
      }
      assert.ok(await store.find(notes, here, 'before'));
    });
  });
}
