import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { openResourceStore } from '../resources/index.ts';
import type { Kind, ResourceKey, ResourceStore } from '../resources/resource-store.ts';
import { again, type ControllerLoop, type Next, settled } from './controller.ts';
import { createControllerLoop } from './index.ts';
import type { Timer } from './timer.ts';

interface Job {
  readonly phase: number;
  readonly done?: boolean;
}

const jobs: Kind<Job> = {
  name: 'test/job',
  arn: (_, name) => `arn:test:${name}`,
  isActive: (job) => !job.done,
  notFound: (name) => new ServiceError('ValidationException', `no job ${name}`),
  alreadyExists: (name) => new ServiceError('ResourceInUse', `job ${name} exists`),
};

const scope = { accountId: '123456789012', region: 'us-east-1' };
const keyOf = (name: string): ResourceKey => ({ ...scope, kind: 'test/job', name });

/** Stands still until it is moved. */
function handTimer() {
  let now = 0;
  const calls = new Set<{ at: number; call: () => void }>();
  const timer: Timer = {
    after(milliseconds, call) {
      const entry = { at: now + milliseconds, call };
      calls.add(entry);
      return () => void calls.delete(entry);
    },
  };
  return {
    timer,
    pending: () => [...calls].map(({ at }) => at - now),
    move(milliseconds: number) {
      now += milliseconds;
      for (const entry of [...calls].filter(({ at }) => at <= now)) {
        calls.delete(entry);
        entry.call();
      }
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
const turns = async () => {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
};

/** Steps that end when the test says so. */
function heldSteps() {
  const started: string[] = [];
  const ends = new Map<string, (next: Next | Promise<Next>) => void>();
  return {
    started,
    reconcile: ({ name }: ResourceKey) => {
      started.push(name);
      return new Promise<Next>((resolve) => ends.set(name, resolve));
    },
    async end(name: string, next: Next | Promise<Next> = settled) {
      ends.get(name)?.(next);
      await turns();
    },
  };
}

const failure = (message: string): Promise<Next> => {
  const rejected = Promise.reject(new Error(message));
  rejected.catch(() => {});
  return rejected;
};

describe('controller loop', () => {
  let resources: ResourceStore;
  let loop: ControllerLoop | undefined;
  let hand: ReturnType<typeof handTimer>;

  beforeEach(async () => {
    resources = await openResourceStore({ path: ':memory:' }, { clock: systemClock, log: silentLogger });
    hand = handTimer();
  });
  afterEach(async () => {
    await loop?.stop();
    await resources.close();
  });

  async function start(
    reconcile: (key: ResourceKey) => Promise<Next>,
    { concurrency, log = silentLogger }: { concurrency?: number; log?: Logger } = {},
  ): Promise<ControllerLoop> {
    const controllers = [{ kind: jobs, reconcile }];
    const options = { resources, controllers, clock: systemClock, timer: hand.timer, random: () => 0, log };
    loop = createControllerLoop({ ...options, concurrency });
    await loop.start();
    await turns();
    return loop;
  }

  const create = (name: string, job: Job = { phase: 0 }) => resources.create(jobs, scope, name, job);

  it('takes up what is active at its start, and nothing else', async () => {
    await create('a');
    await create('done', { phase: 3, done: true });
    const { started, reconcile, end } = heldSteps();
    await start(reconcile);
    assert.deepEqual(started, ['a']);
    await end('a');
  });

  it('takes a resource through its phases until it is settled', async () => {
    await start(async ({ name }) => {
      const job = await resources.find(jobs, scope, name);
      if (!job || job.doc.done) return settled;
      await resources.update(jobs, scope, name, ({ phase }) => ({ phase: phase + 1, done: phase === 3 }));
      return settled;
    });
    await create('a');
    await turns();
    assert.deepEqual((await resources.get(jobs, scope, 'a')).doc, { phase: 4, done: true });
    assert.deepEqual(hand.pending(), []);
  });

  it('never runs two steps of one key at once, and runs another after a change during a step', async () => {
    await create('a');
    const { started, reconcile, end } = heldSteps();
    const { wake } = await start(reconcile);
    await resources.update(jobs, scope, 'a', ({ phase }) => ({ phase: phase + 1 }));
    wake(keyOf('a'));
    await turns();
    assert.deepEqual(started, ['a']);
    await end('a', again(60));
    assert.deepEqual(started, ['a', 'a']);
    await end('a');
    assert.deepEqual(started, ['a', 'a']);
  });

  it('runs no more steps at once than it may, first come, first served', async () => {
    const { started, reconcile, end } = heldSteps();
    await start(reconcile, { concurrency: 2 });
    for (const name of ['a', 'b', 'c', 'd']) await create(name);
    await turns();
    assert.deepEqual(started, ['a', 'b']);
    await end('b');
    assert.deepEqual(started, ['a', 'b', 'c']);
    for (const name of ['a', 'c', 'd']) await end(name);
    assert.deepEqual(started, ['a', 'b', 'c', 'd']);
  });

  it('looks again after the seconds that a step asks for, or at once when it is woken', async () => {
    await create('a');
    let steps = 0;
    const { wake } = await start(async () => {
      steps++;
      return again(30);
    });
    assert.deepEqual([steps, hand.pending()], [1, [30_000]]);
    hand.move(29_999);
    await turns();
    assert.equal(steps, 1);
    hand.move(1);
    await turns();
    assert.deepEqual([steps, hand.pending()], [2, [30_000]]);
    wake(keyOf('a'));
    await turns();
    assert.deepEqual([steps, hand.pending()], [3, [30_000]]);
  });

  it('tries a failing step again after pauses that double up to a minute, and starts over after a success', async () => {
    await create('a');
    const pauses: (number | undefined)[] = [];
    let fails = true;
    await start(async () => (fails ? failure('broken') : again(1)));
    for (let n = 0; n < 9; n++) {
      pauses.push(hand.pending()[0]);
      hand.move(60_000);
      await turns();
    }
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    fails = false;
    hand.move(60_000);
    await turns();
    assert.deepEqual(hand.pending(), [1000]);
    fails = true;
    hand.move(1000);
    await turns();
    assert.deepEqual(hand.pending(), [500]);
  });

  it('pauses after a failure even when the step had changed its own resource', async () => {
    await create('a');
    let steps = 0;
    await start(async ({ name }) => {
      steps++;
      await resources.update(jobs, scope, name, ({ phase }) => ({ phase: phase + 1 }));
      return failure('after the write');
    });
    assert.deepEqual([steps, hand.pending()], [1, [500]]);
  });

  it('has a step at once when something changes while it pauses after a failure', async () => {
    await create('a');
    let steps = 0;
    await start(async () => (steps++ < 3 ? failure('broken') : settled));
    await resources.update(jobs, scope, 'a', ({ phase }) => ({ phase: phase + 1 }));
    await turns();
    assert.equal(steps, 2);
  });

  it('logs a failure with its key, and goes on with the others', async () => {
    const lines: [string, Record<string, unknown> | undefined][] = [];
    const log: Logger = { ...silentLogger, error: (message, fields) => lines.push([message, fields]) };
    await create('bad');
    await create('good');
    const done: string[] = [];
    await start(
      ({ name }) => {
        if (name === 'bad') throw new Error('not even a promise');
        done.push(name);
        return Promise.resolve(settled);
      },
      { log },
    );
    assert.deepEqual(done, ['good']);
    const [message, { error, ...fields } = {}] = lines[0] ?? [];
    assert.equal(message, 'a controller step failed');
    assert.deepEqual(fields, { ...keyOf('bad'), failures: 1, againInMs: 500 });
    assert.match(String(error), /not even a promise/);
  });

  it('has a step for a resource that was deleted, so that what it left can go too', async () => {
    await create('a');
    const seen: boolean[] = [];
    await start(async ({ name }) => {
      seen.push((await resources.find(jobs, scope, name)) !== undefined);
      return settled;
    });
    await resources.delete(jobs, scope, 'a');
    await turns();
    assert.deepEqual(seen, [true, false]);
  });

  it('lets running steps end when it stops, and starts no more', async () => {
    const { started, reconcile, end } = heldSteps();
    const { stop } = await start(reconcile, { concurrency: 1 });
    await create('a');
    await create('b');
    await turns();
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await create('c');
    await turns();
    assert.equal(stopped, false);
    await end('a', again(0));
    await stopping;
    assert.deepEqual([started, hand.pending()], [['a'], []]);
  });

  it('wants one controller for a kind', () => {
    const controllers = [1, 2].map(() => ({ kind: jobs, reconcile: async () => settled }));
    const create = () => createControllerLoop({ resources, controllers, clock: systemClock, log: silentLogger });
    assert.throws(create, /two controllers for the kind test\/job/);
  });
});
