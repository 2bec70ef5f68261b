import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openTestFloor, testJob, untilObserved } from '../test-floor.ts';
import { stillRunning } from './still-running.ts';

describe('stillRunning', () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>;
  before(async () => {
    floor = await openTestFloor();
  });
  after(() => floor.dispose());

  const names = async () => (await stillRunning(floor.home)).map(({ name }) => name);

  it('finds what goes on without a server, and not what has been told to end', async () => {
    const job = testJob('sleep 600');
    await floor.compute.start(job);
    await untilObserved(floor.compute, job.name, ({ phase }) => phase === 'running');
    assert.deepEqual(await names(), [job.name]);
    await floor.compute.stop(job.name);
    assert.deepEqual(await names(), []);
  });
});
