/**
 * How the resource store's cost grows with the number of resources: fills SQLite files with models and prints what one
 * call costs in CPU time, and as a multiple of what it costs with the fewest. `node bench/resources.ts [SIZE…]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../server/clock.ts';
import { silentLogger } from '../server/logger.ts';
import { openResourceStore } from '../server/resources/index.ts';
import type { ListQuery, ResourceStore } from '../server/resources/resource-store.ts';
import { epoch, fillStore, model, models, NEEDLE, nameOf, scope } from './filled-store.ts';

const middle = (size: number) => new Date(epoch + (size / 2) * 1000);

const calls: Record<string, (store: ResourceStore, size: number, i: number) => Promise<unknown>> = {
  'get, one model again and again': (store) => store.get(models, scope, NEEDLE),
  'get, a different model each time': (store, size, i) =>
    store.get(models, scope, nameOf(1 + ((i * 7919) % (size - 1)))),
  'create and delete': async (store, _, i) => {
    await store.create(models, scope, `new-${i}`, model, { tags: [{ Key: 'team', Value: 'a' }] });
    await store.delete(models, scope, `new-${i}`);
  },
  ...listing('by name', () => ({ sortBy: 'name' })),
  ...listing('by creation, newest first', () => ({ sortBy: 'createdAt', order: 'descending' })),
  ...listing('by modification', () => ({ sortBy: 'modifiedAt' })),
  ...listing('by status, last first', () => ({ sortBy: 'status', order: 'descending' })),
  ...listing('Failed, newest first', () => ({ sortBy: 'createdAt', order: 'descending', status: 'Failed' })),
  ...listing('created in the later half, by creation', (size) => ({ sortBy: 'createdAt', createdAfter: middle(size) })),
  ...listing('created in the later half, by name', (size) => ({ sortBy: 'name', createdAfter: middle(size) })),
  ...listing('a name nearly all contain', () => ({ sortBy: 'createdAt', nameContains: 'xgboost' })),
  ...listing('a name one in four contains', () => ({ sortBy: 'createdAt', nameContains: 'VISION' })),
  ...listing('a name one in 256 contains', () => ({ sortBy: 'createdAt', nameContains: '-ab' })),
  ...listing('a name one in 16384 contains', () => ({ sortBy: 'createdAt', nameContains: 'vision-xgboost-abc' })),
  ...listing('a name one contains', () => ({ sortBy: 'createdAt', nameContains: 'haystack' })),
  ...listing('two letters that no name contains', () => ({ sortBy: 'createdAt', nameContains: 'zz' })),
  ...listing('a name none contains', () => ({ sortBy: 'createdAt', nameContains: 'nowhere' })),
};

function listing(what: string, query: (size: number) => ListQuery) {
  return {
    [`list 100 ${what}`]: (store: ResourceStore, size: number) =>
      store.list(models, scope, { limit: 100, ...query(size) }),
  };
}

/** Microseconds of CPU time that one call takes. */
async function cost(call: (i: number) => Promise<unknown>, round: number): Promise<number> {
  const times = 100;
  const before = process.cpuUsage();
  for (let n = 0; n < times; n++) await call(round * times + n);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/** The best of several rounds for each size; sizes take turns, so that what else the machine does meets them all. */
async function costs(
  call: (typeof calls)[string],
  stores: readonly { readonly store: ResourceStore; readonly size: number }[],
): Promise<number[]> {
  const best = stores.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 10; round++) {
    for (const [n, { store, size }] of stores.entries()) {
      best[n] = Math.min(best[n] ?? 0, await cost((i) => call(store, size, i), round));
    }
  }
  return best;
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 100_000, 1_000_000];
const home = await mkdtemp(join(tmpdir(), 'wildsage-bench-'));
try {
  const stores = [];
  for (const size of sizes) {
    const path = join(home, `${size}.sqlite`);
    await fillStore(path, size);
    stores.push({ size, store: await openResourceStore({ path }, { clock: systemClock, log: silentLogger }) });
  }
  console.log(`${'CPU time a call'.padEnd(52)}${sizes.map((size) => `${size} models`.padStart(24)).join('')}`);
  for (const [name, call] of Object.entries(calls)) {
    const microseconds = await costs(call, stores);
    const cells = microseconds.map(
      (each) => `${each.toFixed(1)} µs (×${(each / (microseconds[0] ?? each)).toFixed(2)})`,
    );
    console.log(`${name.padEnd(52)}${cells.map((cell) => cell.padStart(24)).join('')}`);
  }
  for (const { store } of stores) await store.close();
} finally {
  await rm(home, { recursive: true, force: true });
}
