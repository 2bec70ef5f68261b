import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { elsewhere, here, type Job, jobs, notes, type TestPlace, testDatabases } from './fixtures.ts';
import { openResourceStore } from './index.ts';
import type { Change, Kind, ResourceStore } from './resource-store.ts';

const running: Job = { status: 'InProgress' };
const completed: Job = { status: 'Completed' };

for (const database of testDatabases) {
  describe(`resource store on ${database.name}`, () => {
    let store: ResourceStore;
    let place: TestPlace;

    before(async () => {
      place = await database.start();
      store = await openResourceStore(place.location, { clock: systemClock, log: silentLogger });
    });
    beforeEach(() => store.clear());
    after(async () => {
      await store.close();
      await place.end();
    });

    it('gives back what was created', async () => {
      const now = new Date('2026-05-01T10:00:00.123Z');
      const created = await store.create(jobs, here, 'a', { ...running, note: 'größer ✓' }, { now });
      assert.deepEqual(created, {
        ...here,
        kind: 'test/job',
        name: 'a',
        arn: 'arn:aws:test:us-east-1:123456789012:job/a',
        doc: { status: 'InProgress', note: 'größer ✓' },
        version: 1,
        createdAt: now,
        modifiedAt: now,
      });
      assert.deepEqual(await store.get(jobs, here, 'a'), created);
      assert.deepEqual(await store.find(jobs, here, 'a'), created);
      assert.deepEqual(await store.findByArn(jobs, created.arn), created);
      assert.deepEqual(await store.findAnyByArn(created.arn), created);
    });

    it('keeps kinds, regions and letter cases apart', async () => {
      await store.create(jobs, here, 'a', running);
      assert.equal(await store.find(jobs, elsewhere, 'a'), undefined);
      assert.equal(await store.find(notes, here, 'a'), undefined);
      assert.equal(await store.find(jobs, here, 'A'), undefined);
      assert.equal(await store.findByArn(notes, 'arn:aws:test:us-east-1:123456789012:job/a'), undefined);
      assert.equal(await store.findAnyByArn('arn:aws:test:us-east-1:123456789012:job/A'), undefined);
      await store.create(jobs, here, 'A', running);
      await store.create(jobs, elsewhere, 'a', running);
      assert.equal(await store.count(jobs, here), 2);
    });

    it("says in the kind's words that a resource is not there", async () => {
      await assert.rejects(store.get(jobs, here, 'a'), { message: 'There is no job a.' });
      await assert.rejects(
        store.update(jobs, here, 'a', (job) => job),
        { message: 'There is no job a.' },
      );
      await assert.rejects(store.delete(jobs, here, 'a'), { message: 'There is no job a.' });
    });

    it('lets one of many simultaneous creations of a name win', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) => store.create(jobs, here, 'a', { ...running, note: `${n}` })),
      );
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(won.length, 1);
      assert.deepEqual(new Set(lost.map(({ reason }) => reason.message)), new Set(['There is a job a already.']));
      assert.deepEqual((await store.get(jobs, here, 'a')).doc, won[0]?.value.doc);
    });

    it('lets one of simultaneous creations win whose names have the same ARN', async () => {
      const caseless: Kind<Job> = { ...jobs, arn: (scope, name) => jobs.arn(scope, name.toLowerCase(), running) };
      const outcomes = await Promise.allSettled(
        ['Mixed', 'mixed', 'MIXED'].map((name) => store.create(caseless, here, name, running)),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal(await store.count(jobs, here), 1);
      await store.create(caseless, elsewhere, 'mixed', running);
    });

    it('loses none of many simultaneous updates', async () => {
      await store.create(jobs, here, 'a', { ...running, note: '0' });
      const increment = (job: Job): Job => ({ ...job, note: `${Number(job.note) + 1}` });
      await Promise.all(Array.from({ length: 20 }, () => store.update(jobs, here, 'a', increment)));
      const { doc, version } = await store.get(jobs, here, 'a');
      assert.equal(doc.note, '20');
      assert.equal(version, 21);
    });

    it('writes an update with its time and what is indexed of it', async () => {
      await store.create(jobs, here, 'a', running, { now: new Date(1000) });
      const updated = await store.update(jobs, here, 'a', () => ({ ...completed, group: 'g' }), {
        now: new Date(2000),
      });
      assert.deepEqual([updated.createdAt, updated.modifiedAt], [new Date(1000), new Date(2000)]);
      assert.deepEqual(await store.get(jobs, here, 'a'), updated);
      assert.equal(await store.count(jobs, here, { status: 'InProgress' }), 0);
      assert.equal(await store.count(jobs, here, { status: 'Completed', parent: 'g' }), 1);
      assert.equal(await store.count(jobs, here, { parent: 'g' }), 1);
    });

    it('leaves things as they are when an update gives the same document, or throws', async () => {
      const created = await store.create(jobs, here, 'a', running);
      assert.deepEqual(await store.update(jobs, here, 'a', (job) => job), created);
      const refuse = () => {
        throw new Error('not now');
      };
      await assert.rejects(store.update(jobs, here, 'a', refuse), { message: 'not now' });
      await assert.rejects(store.delete(jobs, here, 'a', refuse), { message: 'not now' });
      assert.deepEqual(await store.get(jobs, here, 'a'), created);
    });

    it('tells a caller who changes a shared document instead of copying it', async () => {
      await store.create(jobs, here, 'a', running);
      const { doc } = await store.get(jobs, here, 'a');
      assert.throws(() => Object.assign(doc, { status: 'Failed' }), TypeError);
      assert.equal((await store.get(jobs, here, 'a')).doc.status, 'InProgress');
    });

    it('starts afresh when a name is used again after its deletion', async () => {
      const first = await store.create(jobs, here, 'a', running, { tags: [{ Key: 'team', Value: 'red' }] });
      await store.delete(jobs, here, 'a', (job) => assert.equal(job.status, 'InProgress'));
      assert.equal(await store.find(jobs, here, 'a'), undefined);
      const second = await store.create(jobs, here, 'a', completed);
      assert.equal(second.version, 1);
      assert.deepEqual((await store.get(jobs, here, 'a')).doc, completed);
      assert.deepEqual(await store.tags(first.arn), []);
      await store.delete(jobs, here, 'a');
      await store.addTags(first.arn, [{ Key: 'team', Value: 'too late' }]);
      await store.create(jobs, here, 'a', running, { tags: [{ Key: 'project', Value: 'x' }] });
      assert.deepEqual(
        (await store.tags(first.arn)).map(({ Key }) => Key),
        ['project'],
      );
    });

    it('finds the active resources of a kind in every scope', async () => {
      await store.create(jobs, here, 'done', completed);
      await store.create(jobs, elsewhere, 'there', running);
      for (let n = 0; n < 7; n++) await store.create(jobs, here, `here-${n}`, running);
      await store.update(jobs, here, 'here-3', () => completed);
      await store.create(notes, here, 'note', { text: '' });
      const found = [];
      for await (const { region, name } of store.active(jobs)) found.push(`${region}/${name}`);
      assert.deepEqual(found.sort(), ['eu-west-1/there', ...[0, 1, 2, 4, 5, 6].map((n) => `us-east-1/here-${n}`)]);
    });

    it('tells of changes in the order in which they happened, and not of what was refused', async () => {
      const heard: Change[] = [];
      const stop = store.onChange((change) => heard.push(change));
      await Promise.all([
        store.create(jobs, here, 'a', running),
        store.create(jobs, here, 'b', running),
        store.update(jobs, here, 'a', () => completed),
        store.create(jobs, here, 'a', running).catch(() => {}),
        store.update(jobs, here, 'a', (job) => job),
        store.delete(jobs, here, 'b'),
      ]);
      stop();
      await store.delete(jobs, here, 'a');
      const key = { ...here, kind: 'test/job' };
      assert.deepEqual(heard, [
        { ...key, type: 'created', name: 'a', version: 1 },
        { ...key, type: 'created', name: 'b', version: 1 },
        { ...key, type: 'updated', name: 'a', version: 2 },
        { ...key, type: 'deleted', name: 'b', version: 1 },
      ]);
    });

    it('goes on when a listener throws', async () => {
      const heard: string[] = [];
      const stops = [
        store.onChange(() => {
          throw new Error('my fault');
        }),
        store.onChange(({ name }) => heard.push(name)),
      ];
      await store.create(jobs, here, 'a', running);
      for (const stop of stops) stop();
      assert.deepEqual(heard, ['a']);
    });

    describe('tags', () => {
      const arn = 'arn:aws:test:us-east-1:123456789012:job/a';

      it('are added, replaced and removed, and come by key', async () => {
        await store.create(jobs, here, 'a', running, { tags: [{ Key: 'b', Value: '1' }] });
        const added = await store.addTags(arn, [
          { Key: 'a', Value: '' },
          { Key: 'b', Value: '2' },
          { Key: 'B', Value: '3' },
        ]);
        const expected = [
          { Key: 'B', Value: '3' },
          { Key: 'a', Value: '' },
          { Key: 'b', Value: '2' },
        ];
        assert.deepEqual(
          added.map((tag) => ({ ...tag })),
          expected,
        );
        await store.removeTags(arn, ['a', 'B', 'never there']);
        assert.deepEqual(
          (await store.tags(arn)).map(({ Key }) => Key),
          ['b'],
        );
      });

      it('are at most 50, whether at creation or later, and a refusal changes nothing', async () => {
        const tags = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: 'v' }));
        const more = [...tags, { Key: 'one more', Value: 'v' }];
        await assert.rejects(store.create(jobs, here, 'a', running, { tags: more }), { code: 'ValidationException' });
        assert.equal(await store.find(jobs, here, 'a'), undefined);
        await store.create(jobs, here, 'a', running, { tags });
        await assert.rejects(store.addTags(arn, [{ Key: 'one more', Value: 'v' }]), /limit of 50/);
        await store.addTags(arn, [{ Key: 'k7', Value: 'new' }]);
        const all = await store.tags(arn);
        assert.equal(all.length, 50);
        assert.equal(all.find(({ Key }) => Key === 'k7')?.Value, 'new');
      });

      it('do not start with aws:', async () => {
        const tags = [{ Key: 'AWS:mine', Value: 'v' }];
        await assert.rejects(store.addTags(arn, tags), /aws: prefixed tag key names are not allowed/);
      });
    });
  });
}
