import type { GetMetricDataCommandInput, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../scope.ts';
import { Distribution } from '../../../telemetry/metrics/distribution.ts';
import type { MetricId, MetricStore } from '../../../telemetry/metrics/metric-store.ts';
import { dimensionsOf } from '../dimensions.ts';
import { validationError } from '../errors.ts';
import { checkPeriod, firstBucket } from '../periods.ts';
import { statisticOf } from '../statistics.ts';
import { evaluate, type Surroundings } from './metric-math/evaluate.ts';
import { MathError } from './metric-math/math-error.ts';
import { parseExpression } from './metric-math/parse.ts';
import { isList, isSeries, type Series, type Value } from './metric-math/series.ts';
import { distinguishingLabels, findMetrics } from './search/find-metrics.ts';
import { type MetricSearch, parseSearch } from './search/search-terms.ts';

const DEFAULT_PERIOD = 60;

/** Works out the queries of one GetMetricData request, each at most once, in whatever order they need each other. */
export function resolveQueries(
  metrics: MetricStore,
  scope: Scope,
  input: GetMetricDataCommandInput,
  now: Date,
): (query: MetricDataQuery) => Value {
  const queries = new Map(input.MetricDataQueries!.map((query) => [query.Id!, query]));
  const known = new Map<string, Value | 'in progress'>();
  const periodSeconds = Math.min(
    ...input.MetricDataQueries!.map(
      ({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? Number.POSITIVE_INFINITY,
    ),
  );
  const shortest = Number.isFinite(periodSeconds) ? periodSeconds : DEFAULT_PERIOD;

  const resolve = (query: MetricDataQuery): Value => {
    const id = query.Id!;
    const found = known.get(id);
    if (found === 'in progress') throw inExpression(id, 'it depends on itself');
    if (found !== undefined) return found;
    known.set(id, 'in progress');
    const value = query.MetricStat ? readMetric(metrics, scope, query, input, now) : expression(query);
    known.set(id, value);
    return value;
  };

  const expression = (query: MetricDataQuery): Value => {
    const period = query.Period ?? shortest;
    const surroundings: Surroundings = {
      range: { start: firstBucket(input.StartTime!, period, now), end: input.EndTime!.getTime() },
      periodSeconds: period,
      lookUp(id) {
        const other = queries.get(id);
        return other && resolve(other);
      },
      search: (terms, statistic, seconds = period) =>
        searched(metrics, scope, parseSearch(terms), { statistic, period: seconds }, input, now),
      metrics: () =>
        [...queries.values()]
          .filter(({ MetricStat }) => MetricStat)
          .map((other) => [other.Id!, resolve(other) as Series] as const),
    };
    try {
      return evaluate(parseExpression(query.Expression!), surroundings);
    } catch (error) {
      if (error instanceof MathError) throw inExpression(query.Id!, error.message);
      throw error;
    }
  };

  return resolve;
}

export const inExpression = (id: string, reason: string) => validationError(`Error in expression '${id}': ${reason}.`);

/** A result of an expression has to be over time; a number alone is none. */
export function seriesIn(query: MetricDataQuery, value: Value): readonly Series[] {
  if (isList(value)) return value;
  if (isSeries(value)) return [value];
  throw inExpression(query.Id!, 'the result is a number, not a time series; TIME_SERIES makes one of it');
}

function readMetric(
  metrics: MetricStore,
  scope: Scope,
  { Id, MetricStat }: MetricDataQuery,
  input: GetMetricDataCommandInput,
  now: Date,
): Series {
  const { Metric, Period, Stat, Unit } = MetricStat!;
  if (!statisticOf(Stat!))
    throw validationError(`The value ${Stat} for parameter Stat of query ${Id} is not supported.`);
  checkPeriod(Period!);
  const metric = {
    namespace: Metric!.Namespace ?? '',
    name: Metric!.MetricName ?? '',
    dimensions: dimensionsOf(Metric!.Dimensions, 'Dimensions'),
  };
  return seriesFor(metrics, scope, metric, { statistic: Stat!, period: Period!, unit: Unit }, input, now);
}

interface Figure {
  readonly statistic: string;
  readonly period: number;
  readonly unit?: string;
}

function searched(
  metrics: MetricStore,
  scope: Scope,
  search: MetricSearch,
  figure: Figure,
  input: GetMetricDataCommandInput,
  now: Date,
): Series[] {
  if (!statisticOf(figure.statistic)) throw new MathError(`the statistic ${figure.statistic} is not supported`);
  checkPeriod(figure.period);
  const found = findMetrics(metrics, scope, search, now);
  const labels = distinguishingLabels(found);
  return found.map((metric, index) => ({
    ...seriesFor(metrics, scope, metric, figure, input, now),
    label: labels[index]!,
  }));
}

function seriesFor(
  metrics: MetricStore,
  scope: Scope,
  { namespace, name, dimensions }: MetricId,
  { statistic, period, unit }: Figure,
  { StartTime, EndTime }: GetMetricDataCommandInput,
  now: Date,
): Series {
  const buckets = metrics.read(scope, {
    ...{ namespace, name, dimensions, unit },
    start: firstBucket(StartTime!, period, now),
    end: EndTime!.getTime(),
    periodSeconds: period,
  });
  // Without a unit all count, and there is one series only: what came in several units is put together.
  const merged = new Map<number, Distribution>();
  for (const { start, values } of buckets) {
    const there = merged.get(start) ?? new Distribution();
    there.merge(values);
    merged.set(start, there);
  }
  const figure = statisticOf(statistic)!;
  const points = new Map<number, number>();
  for (const [time, values] of merged) {
    const value = figure(values);
    if (value !== undefined) points.set(time, value);
  }
  const metric = { namespace, name, dimensions, statistic };
  return { kind: 'series', label: name, metric, periodSeconds: period, points };
}
