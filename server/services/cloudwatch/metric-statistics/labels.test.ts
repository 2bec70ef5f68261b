import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Labelled, labelOf, offsetOf } from './labels.ts';
import type { Series } from './metric-math/series.ts';

const START = Date.UTC(2026, 0, 15, 11, 57);
const MINUTE = 60_000;
const metric = { namespace: 'app', name: 'm', dimensions: { Variant: 'blue' }, statistic: 'Maximum' };
const series = (...values: number[]): Series => ({
  ...{ kind: 'series', label: 'm', metric, periodSeconds: 60 },
  points: new Map(values.map((value, index) => [START + index * MINUTE, value])),
});

/** The label of these dynamic parts, with a space between. */
function label(parts: string, more: Partial<Labelled> = {}): string {
  const text = parts
    .split(' ')
    .map((part) => `\${${part}}`)
    .join(' ');
  return labelOf(text, {
    ...{ series: series(30, 20, 10), query: { Id: 'm1' }, offsetMinutes: 0 },
    scope: { accountId: '111122223333', region: 'us-east-1' },
    now: new Date(START + 3 * MINUTE + 30_000),
    ...more,
  });
}

describe('labels', () => {
  const cases: [parts: string, result: string][] = [
    ['LABEL FIRST LAST MIN MAX', 'm 30 10 10 30'],
    ['AVG SUM DATAPOINT_COUNT', '20 60 3'],
    ['FIRST_LAST_RANGE MIN_MAX_RANGE', '20 20'],
    ['FIRST_TIME', '2026-01-15 11:57:00'],
    ['MIN_TIME', '2026-01-15 11:59:00'],
    ['FIRST_TIME_RELATIVE', '3m 30s'],
    ['MIN_MAX_TIME_RANGE', '2m'],
    ["PROP('Namespace') PROP('MetricName') PROP('Dim.Variant')", 'app m blue'],
    ["PROP('Stat') PROP('Period')", 'Maximum 60'],
    ["PROP('AccountId') PROP('Region')", '111122223333 us-east-1'],
  ];
  for (const [parts, result] of cases) it(`show ${parts}`, () => assert.equal(label(parts), result));

  it('show times in the time zone asked for', () => {
    assert.equal(label('LAST_TIME', { offsetMinutes: offsetOf('-0130') }), '2026-01-15 10:29:00');
    assert.equal(label('LAST_TIME', { offsetMinutes: offsetOf('+0545') }), '2026-01-15 17:44:00');
    for (const wrong of ['CET', '0100', '+01:00', '+0199']) {
      assert.throws(() => offsetOf(wrong), { code: 'ValidationError' });
    }
  });

  it('keep what means nothing as it is', () => {
    const text = `${"PROP('Dim.none')"} WHAT PROP('Dim.constructor')`;
    assert.equal(
      label(text),
      text.replaceAll(/\S+/g, (part) => `\${${part}}`),
    );
    assert.equal(
      label("PROP('MetricName')", { series: { ...series(1), metric: undefined } }),
      `\${PROP('MetricName')}`,
    );
  });

  it('tell that there is no value', () => {
    assert.equal(label('LAST MAX_TIME DATAPOINT_COUNT', { series: series() }), '-- -- 0');
  });
});
