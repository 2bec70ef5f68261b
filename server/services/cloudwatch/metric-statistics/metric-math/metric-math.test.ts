import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from './evaluate.ts';
import { MathError } from './math-error.ts';
import { parseExpression } from './parse.ts';
import { isSeries, type Series, type Value } from './series.ts';

const START = Date.UTC(2026, 0, 5, 9, 58); // a Monday
const MINUTE = 60_000;

/** Values minute by minute; undefined where there is none. */
const series = (label: string, ...values: (number | undefined)[]): Series => ({
  kind: 'series',
  label,
  periodSeconds: 60,
  points: new Map(
    values
      .map((value, index) => [START + index * MINUTE, value] as const)
      .filter((point): point is readonly [number, number] => point[1] !== undefined),
  ),
});

const metrics: Record<string, Series> = {
  m1: series('m1', 1, 2, 3, 4),
  m2: series('m2', 10, undefined, 0, 40),
  gap: series('gap', 2, undefined, undefined, 8),
  none: series('none'),
};

const run = (source: string): Value =>
  evaluate(parseExpression(source), {
    range: { start: START, end: START + 4 * MINUTE },
    periodSeconds: 60,
    lookUp: (id) => metrics[id],
    search: (terms, statistic, period) => [
      { ...series(`${terms} ${statistic} ${period ?? 'no period'}`, 1), points: new Map([[START, 7]]) },
    ],
    metrics: () => Object.entries(metrics).filter(([id]) => id.startsWith('m')),
  });

/** Values minute by minute again. */
const shown = (value: Value): unknown => {
  if (typeof value === 'number') return value;
  if (!isSeries(value)) return value.map(shown);
  return Array.from({ length: 4 }, (_, index) => value.points.get(START + index * MINUTE));
};
const _ = undefined;

describe('metric math', () => {
  const cases: [expression: string, result: unknown][] = [
    ['1 + 2 * 3', 7],
    ["SUM(SEARCH('{app,A} MetricName=\"x\"', 'Sum', 60)) + 1", [8, _, _, _]],
    ['(1 + 2) * 3', 9],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['10 - 4 - 3', 3],
    ['1.5e2 / .5', 300],
    ['m1', [1, 2, 3, 4]],
    ['m1 * 100', [100, 200, 300, 400]],
    ['100 - m1', [99, 98, 97, 96]],
    ['-m1', [-1, -2, -3, -4]],
    ['m1 + m2', [11, _, 3, 44]],
    ['m1 / m2', [0.1, _, _, 0.1]],
    ['m1 > 2', [0, 0, 1, 1]],
    ['m1 >= 2 AND m1 < 4', [0, 1, 1, 0]],
    ['m1 == 1 || m1 == 4', [1, 0, 0, 1]],
    ['SUM(m1)', 10],
    ['AVG(m1)', 2.5],
    ['max(m1) - min(m1)', 3],
    ['SUM(none)', 0],
    ['STDDEV(m1)', Math.sqrt(1.25)],
    ['SUM(METRICS())', [11, 2, 3, 44]],
    ['AVG([m1, m2])', [5.5, 2, 1.5, 22]],
    ['METRICS("2")', [[10, _, 0, 40]]],
    ['METRIC_COUNT(METRICS())', 2],
    ['DATAPOINT_COUNT(m2)', 3],
    [
      '[m1, m2] * 2',
      [
        [2, 4, 6, 8],
        [20, _, 0, 80],
      ],
    ],
    ['FILL(m2, 7)', [10, 7, 0, 40]],
    ['FILL(m2, m1)', [10, 2, 0, 40]],
    ['FILL(gap, REPEAT)', [2, 2, 2, 8]],
    ['FILL(gap, LINEAR)', [2, 4, 6, 8]],
    ['FILL(none, 0)', [0, 0, 0, 0]],
    ['PERIOD(m1)', 60],
    ['m1 / PERIOD(m1) * 60', [1, 2, 3, 4]],
    ['RATE(m1) * 60', [_, 1, 1, 1]],
    ['RATE(gap) * 180', [_, _, _, 6]],
    ['DIFF(m2)', [_, _, -10, 40]],
    ['DIFF_TIME(gap)', [_, _, _, 180]],
    ['RUNNING_SUM(m1)', [1, 3, 6, 10]],
    ['IF(m1 > 2, m1)', [_, _, 3, 4]],
    ['IF(m1 > 2, m1, 0)', [0, 0, 3, 4]],
    ['IF(m1 > 2, 1, m2)', [10, _, 1, 1]],
    ['IF(1, m1)', [1, 2, 3, 4]],
    ['IF(0, m1, m2)', [10, _, 0, 40]],
    ['IF(HOUR(m1) < 10, m1)', [1, 2, _, _]],
    ['MINUTE(m1)', [58, 59, 0, 1]],
    ['DAY(m1)', [1, 1, 1, 1]],
    ['ABS(-m1)', [1, 2, 3, 4]],
    ['CEIL(m1 / 2)', [1, 1, 2, 2]],
    ['FLOOR(1.9)', 1],
    ['FIRST(METRICS())', [1, 2, 3, 4]],
    ['LAST([m1, gap])', [2, _, _, 8]],
    ['SORT([m1, m2, gap], AVG, DESC, 1)', [[10, _, 0, 40]]],
    [
      'SORT([m2, m1], MAX, ASC)',
      [
        [1, 2, 3, 4],
        [10, _, 0, 40],
      ],
    ],
    ['SLICE([m1, m2, gap], 1, 2)', [[10, _, 0, 40]]],
    ['REMOVE_EMPTY([m1, none])', [[1, 2, 3, 4]]],
    ['TIME_SERIES(5)', [5, 5, 5, 5]],
    ['LOG10(m1 * 0)', [_, _, _, _]],
  ];
  for (const [expression, result] of cases) {
    it(`${expression} is ${JSON.stringify(result)}`, () => assert.deepEqual(shown(run(expression)), result));
  }

  const refused: [expression: string, says: RegExp][] = [
    ['', /a value is missing/],
    ['1 +', /a value is missing before the end/],
    ['(1', /expected \)/],
    ['m1 m2', /expected the end/],
    ['m1 # 2', /unexpected character '#'/],
    ['nobody + 1', /no query with the id nobody/],
    ['SEARCH("x")', /SEARCH takes two quoted texts/],
    ['SEARCH("x", "Sum", m1)', /SEARCH takes a number of seconds/],
    ['ANOMALY_DETECTION_BAND(m1, 2)', /function ANOMALY_DETECTION_BAND is not supported/],
    ['constructor(m1)', /function CONSTRUCTOR is not supported/],
    ['SUM()', /needs more arguments/],
    ['FILL(m1)', /needs more arguments/],
    ['FILL(m1, LATER)', /no query with the id LATER/],
    ['RATE(3)', /takes time series/],
    ['1 / 0', /not a number/],
    ['[m1] + [m2]', /two lists/],
    ['[1]', /time series only/],
    ['"text"', /not possible here/],
    [`${'('.repeat(900)}1${')'.repeat(900)}`, /levels of nesting/],
    [`${'-'.repeat(2000)}1`, /levels of nesting/],
  ];
  for (const [expression, says] of refused) {
    it(`refuses ${expression.slice(0, 40)}`, () => {
      assert.throws(
        () => run(expression),
        (error) => error instanceof MathError && says.test(error.message),
      );
    });
  }
});
