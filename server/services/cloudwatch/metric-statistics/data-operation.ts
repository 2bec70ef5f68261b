import type {
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { pageToken, positionOf } from '../../../telemetry/page-token.ts';
import { invalidNextToken, validationError } from '../errors.ts';
import { labelOf, offsetOf } from './labels.ts';
import { isList, type Series } from './metric-math/series.ts';
import { resolveQueries, seriesIn } from './resolve-queries.ts';

const MAX_QUERIES = 500;
const MAX_DATAPOINTS = 100_800;
const ID = /^[a-z][a-zA-Z0-9_]*$/;

/** Where a page ended: in which of the results, after the point of which time (missing: before the first). */
interface Position {
  readonly result: number;
  readonly time?: number;
}

interface Result {
  readonly id: string;
  readonly label: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

export const getMetricData = ({
  telemetry: { metrics },
}: Platform): Operation<GetMetricDataCommandInput, GetMetricDataCommandOutput> => ({
  handle(input, context) {
    checkQueries(input.MetricDataQueries!);
    if (input.StartTime! >= input.EndTime!) {
      throw validationError('The parameter EndTime must be greater than StartTime.');
    }
    const maxDatapoints = input.MaxDatapoints ?? MAX_DATAPOINTS;
    if (maxDatapoints < 1 || maxDatapoints > MAX_DATAPOINTS) {
      throw validationError(`The parameter MaxDatapoints must be between 1 and ${MAX_DATAPOINTS}.`);
    }
    const { NextToken, MaxDatapoints, ...request } = input;
    const binding = ['GetMetricData', context.accountId, context.region, request];
    const from = NextToken === undefined ? { result: 0 } : positionOf<Position>(binding, NextToken);
    if (!from) throw invalidNextToken();

    const resolve = resolveQueries(metrics, context, input, context.now);
    const offsetMinutes = offsetOf(input.LabelOptions?.Timezone);
    const results = input
      .MetricDataQueries!.map((query) => {
        const value = resolve(query);
        return { query, series: seriesIn(query, value), ownLabels: Boolean(query.MetricStat) || isList(value) };
      })
      .filter(({ query }) => query.ReturnData !== false)
      .flatMap(({ query, series, ownLabels }) =>
        series.map((one) => {
          const named = ownLabels ? one : { ...one, label: query.Id! };
          const about = { series: named, query, scope: context, now: context.now, offsetMinutes };
          const label = query.Label === undefined ? named.label : labelOf(query.Label, about);
          return resultOf(query, named, label, input.ScanBy);
        }),
      );
    const { page, next } = pageOf(results, from, maxDatapoints);
    return { MetricDataResults: page, Messages: [], NextToken: next && pageToken(binding, next) };
  },
});

function checkQueries(queries: readonly MetricDataQuery[]): void {
  if (queries.length === 0) throw validationError('The parameter MetricDataQueries is required.');
  if (queries.length > MAX_QUERIES) {
    throw validationError(`The collection MetricDataQueries must not have a size greater than ${MAX_QUERIES}.`);
  }
  const ids = new Set<string>();
  for (const [index, { Id, MetricStat, Expression }] of queries.entries()) {
    const path = `MetricDataQueries.member.${index + 1}`;
    if (!ID.test(Id!)) {
      throw validationError(
        `The value ${Id} for parameter ${path}.Id is not matching the expected pattern ${ID.source}.`,
      );
    }
    if (ids.has(Id!)) throw validationError('The values for parameter Id in MetricDataQueries are not unique.');
    ids.add(Id!);
    if (!MetricStat === !Expression) {
      throw validationError(`${path} must have either the parameter MetricStat or Expression, and not both.`);
    }
  }
  if (!queries.some((query) => query.ReturnData !== false)) {
    throw validationError('At least one query of MetricDataQueries must return data.');
  }
}

function resultOf(
  query: MetricDataQuery,
  series: Series,
  label: string,
  scanBy: GetMetricDataCommandInput['ScanBy'],
): Result {
  const points = [...series.points];
  return {
    id: query.Id!,
    label,
    // Newest first is the default, although all else that is read over time here is oldest first.
    points: scanBy === 'TimestampAscending' ? points : points.reverse(),
  };
}

function pageOf(results: readonly Result[], from: Position, maxDatapoints: number) {
  const page: MetricDataResult[] = [];
  let left = maxDatapoints;
  for (const [index, { id, label, points }] of results.entries()) {
    if (index < from.result) continue;
    const start = index === from.result && from.time !== undefined ? after(points, from.time) : 0;
    const taken = points.slice(start, start + left);
    const isWhole = start + taken.length === points.length;
    page.push({
      Id: id,
      Label: label,
      Timestamps: taken.map(([time]) => new Date(time)),
      Values: taken.map(([, value]) => value),
      StatusCode: isWhole ? 'Complete' : 'PartialData',
    });
    left -= taken.length;
    if (!isWhole) return { page, next: { result: index, time: taken.at(-1)?.[0] ?? from.time } };
    if (left === 0 && index + 1 < results.length) return { page, next: { result: index + 1 } };
  }
  return { page };
}

/** The index behind the point of that time, in whichever direction the points go. */
function after(points: Result['points'], time: number): number {
  const isAscending = (points[0]?.[0] ?? 0) < (points.at(-1)?.[0] ?? 0);
  const index = points.findIndex(([other]) => (isAscending ? other > time : other < time));
  return index === -1 ? points.length : index;
}
