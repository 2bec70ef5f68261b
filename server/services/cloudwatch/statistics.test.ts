import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Distribution } from '../../telemetry/metrics/distribution.ts';
import { statisticOf } from './statistics.ts';

const of = (...values: number[]) => {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
};
const ten = of(10, 9, 8, 7, 6, 5, 4, 3, 2, 1);

describe('a statistic', () => {
  const cases: [name: string, values: Distribution, result: number | undefined][] = [
    ['SampleCount', ten, 10],
    ['Sum', ten, 55],
    ['Average', ten, 5.5],
    ['Minimum', ten, 1],
    ['Maximum', ten, 10],
    ['p50', ten, 5],
    ['p90', ten, 9],
    ['p99', ten, 10],
    ['p99.9', ten, 10],
    ['p0', ten, 1],
    ['p100', ten, 10],
    ['p7', of(...Array.from({ length: 100 }, (_, index) => index + 1)), 7],
    ['p50', of(5), 5],
    ['p50', of(1, 1, 1, 100), 1],
    ['p10', of(-5, 0, 5), -5],
    ['tm90', ten, 5],
    ['tm100', ten, 5.5],
    ['TM(10%:90%)', ten, 5.5],
    ['TM(50%:)', ten, 8],
    ['TM(:50%)', ten, 3],
    ['TM(2:4)', ten, 3.5],
    ['TM(:4)', ten, 2.5],
    ['TM(100:200)', ten, undefined],
    ['IQM', of(1, 2, 3, 4), 2.5],
    ['tc90', ten, 9],
    ['TC(2:4)', ten, 2],
    ['ts90', ten, 45],
    ['TS(10%:90%)', ten, 44],
    ['wm90', ten, 5.4],
    ['WM(2:4)', ten, 3.5],
    ['PR(:3)', ten, 30],
    ['PR(2:4)', ten, 20],
    ['PR(8:)', ten, 20],
  ];
  for (const [name, values, result] of cases) {
    it(`${name} of ${values.count} values is ${result}`, () => {
      const statistic = statisticOf(name)!;
      const figure = statistic(values);
      if (result === undefined) assert.equal(figure, undefined);
      else assert.ok(Math.abs(figure! - result) < 1e-9, `${figure}`);
    });
  }

  for (const name of [
    'p',
    'p101',
    'p-1',
    'TM()',
    'TM(:)',
    'TM(10%:90)',
    'TM(90%:10%)',
    'PR(10%:20%)',
    'x90',
    'toString',
  ]) {
    it(`${name} is unknown`, () => assert.equal(statisticOf(name), undefined));
  }

  it('cannot tell percentiles of a ready-made statistic set, unless all its values are equal', () => {
    const set = new Distribution();
    set.addStatisticSet({ count: 4, sum: 10, min: 1, max: 4 });
    assert.equal(statisticOf('p50')!(set), undefined);
    assert.equal(statisticOf('Average')!(set), 2.5);
    const equal = new Distribution();
    equal.addStatisticSet({ count: 4, sum: 8, min: 2, max: 2 });
    assert.equal(statisticOf('p50')!(equal), 2);
  });
});
