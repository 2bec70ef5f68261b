import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Distribution, rounded } from './distribution.ts';

const stored = (values: Distribution) => Distribution.decode(values, values.encodeValues());
const of = (values: Iterable<number>) => {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
};

describe('a distribution', () => {
  it('keeps few different values exactly, through storage and merging', () => {
    const a = stored(of([1.1, 2.2, 2.2, -3]));
    a.merge(stored(of([1.1, 0])));
    assert.deepEqual(a.sorted(), [
      [-3, 1],
      [0, 1],
      [1.1, 2],
      [2.2, 2],
    ]);
    assert.deepEqual([a.count, a.min, a.max], [6, -3, 2.2]);
  });

  it('needs no space for values that are all equal', () => {
    const same = of([5, 5, 5]);
    assert.equal(same.encodeValues(), null);
    assert.deepEqual(stored(same).sorted(), [[5, 3]]);
  });

  it('keeps many values within 1 %, and their totals exactly', () => {
    const values = Array.from({ length: 50_000 }, (_, index) => ((index * 7919) % 50_000) / 13 + 0.001);
    const sketch = of(values);
    const merged = new Distribution();
    for (let at = 0; at < values.length; at += 300) merged.merge(stored(of(values.slice(at, at + 300))));
    const sorted = [...values].sort((a, b) => a - b);
    for (const distribution of [sketch, merged, stored(sketch)]) {
      const entries = distribution.sorted()!;
      assert.ok(entries.length < 1500, 'the number of entries is bounded');
      assert.equal(distribution.count, values.length);
      assert.equal(distribution.min, sorted[0]);
      assert.equal(distribution.max, sorted.at(-1));
      let passed = 0;
      for (const [value, times] of entries) {
        passed += times;
        const exact = sorted[passed - 1]!;
        assert.ok(Math.abs(value - exact) <= exact * 0.0201, `${value} stands for ${exact}`);
      }
      assert.equal(passed, values.length);
    }
  });

  it('rounds by at most 1 %', () => {
    for (const value of [1e-300, 0.001, 0.999, 1, 1.0001, 3, 12345.678, 1e200, -17.3]) {
      const once = rounded(value);
      assert.ok(Math.abs(once - value) <= Math.abs(value) * 0.01 * (1 + 1e-6), `${value} became ${once}`);
    }
    assert.equal(rounded(0), 0);
  });

  it('knows no values once a statistic set is in it, after merging too', () => {
    const set = new Distribution();
    set.addStatisticSet({ count: 2, sum: 3, min: 1, max: 2 });
    const other = of([7]);
    other.merge(stored(set));
    assert.equal(other.sorted(), undefined);
    assert.deepEqual([other.count, other.sum, other.min, other.max], [3, 10, 1, 7]);
  });
});
