import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseInstance, chooseVariant } from './choice.ts';
import type { Instance, Route, VariantRoute } from './routes.ts';

const variant = (name: string, weight: number, rest: Partial<VariantRoute> = {}): VariantRoute => ({
  name,
  weight,
  instanceCount: 1,
  leastOutstanding: false,
  instances: [],
  dimensions: {},
  ...rest,
});
const route = (...variants: VariantRoute[]): Route => ({
  endpoint: 'e',
  logGroup: '',
  variants,
  totalWeight: variants.reduce((sum, { weight }) => sum + weight, 0),
});
const instance = (port: number, outstanding = 0): Instance => ({ origin: `http://127.0.0.1:${port}`, outstanding });

describe('the choice of a variant', () => {
  it('is in exact proportion to the weights', () => {
    const split = route(variant('a', 1), variant('none', 0), variant('b', 3));
    const chosen: Record<string, number> = {};
    for (let step = 0; step < 400; step++) {
      const { name } = chooseVariant(split, () => step / 400)!;
      chosen[name] = (chosen[name] ?? 0) + 1;
    }
    assert.deepEqual(chosen, { a: 100, b: 300 });
  });

  it('is a variant with a weight even at the very end of the range', () => {
    const split = route(variant('a', 0.1), variant('b', 0.2), variant('none', 0));
    assert.equal(chooseVariant(split, () => 1)?.name, 'b');
  });

  it('is none when nothing has a weight', () => {
    assert.equal(
      chooseVariant(route(variant('a', 0)), () => 0),
      undefined,
    );
  });
});

describe('the choice of an instance', () => {
  const instances = [instance(1, 2), instance(2, 0), instance(3, 1)];

  it('is any of them', () => {
    const chosen = [0, 0.4, 0.99].map((at) => chooseInstance(variant('a', 1, { instances }), () => at));
    assert.deepEqual(chosen, instances);
  });

  it('is the one with least to do where that is asked for', () => {
    for (const at of [0, 0.4, 0.99]) {
      assert.equal(
        chooseInstance(variant('a', 1, { instances, leastOutstanding: true }), () => at),
        instances[1],
      );
    }
  });

  it('is none when none is healthy', () => {
    assert.equal(
      chooseInstance(variant('a', 1), () => 0),
      undefined,
    );
  });
});
