import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../../scope.ts';
import type { Dimensions } from '../../../telemetry/metrics/metric-store.ts';
import { validationError } from '../errors.ts';
import type { Series } from './metric-math/series.ts';

/** What the dynamic parts of a label, such as `${LAST}` and `${PROP('Dim.EndpointName')}`, are about. */
export interface Labelled {
  readonly series: Series;
  readonly query: MetricDataQuery;
  readonly scope: Scope;
  readonly now: Date;
  /** Of time zones' `+0130`; UTC when missing. */
  readonly offsetMinutes: number;
}

const PART = /\$\{\s*(?:PROP\(\s*'([^']*)'\s*\)|([A-Z_]+))\s*\}/g;

/** A label with its dynamic parts worked out; one that means nothing stays as it is. */
export const labelOf = (text: string, labelled: Labelled): string =>
  text.replace(PART, (whole, property: string | undefined, figure: string | undefined) => {
    const value = property === undefined ? figureOf(figure!, labelled) : propertyOf(property, labelled);
    return value ?? whole;
  });

/** `+0130` in minutes. Throws for what is no time zone. */
export function offsetOf(timezone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d)([0-5]\d)$/.exec(timezone ?? '+0000') ?? [];
  if (sign === undefined || Number(hours) > 14) {
    throw validationError(`The value ${timezone} for parameter LabelOptions.Timezone is invalid.`);
  }
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function propertyOf(property: string, { series, query, scope }: Labelled): string | undefined {
  const { metric } = series;
  switch (property) {
    case 'AccountId':
      return scope.accountId;
    case 'Region':
      return scope.region;
    case 'MetricName':
      return metric?.name;
    case 'Namespace':
      return metric?.namespace;
    case 'Period':
      return String(series.periodSeconds);
    case 'Stat':
      return query.MetricStat?.Stat ?? metric?.statistic;
    default:
      return property.startsWith('Dim.') ? dimensionOf(metric?.dimensions ?? {}, property.slice(4)) : undefined;
  }
}

const dimensionOf = (dimensions: Dimensions, name: string): string | undefined =>
  Object.hasOwn(dimensions, name) ? dimensions[name] : undefined;

type Point = readonly [time: number, value: number];

function figureOf(figure: string, labelled: Labelled): string | undefined {
  const { series } = labelled;
  const points = [...series.points];
  if (figure === 'LABEL') return series.label;
  if (figure === 'DATAPOINT_COUNT') return String(points.length);
  const known = figures[figure];
  if (!known) return undefined;
  return points.length > 0 ? known(points, labelled) : '--';
}

const first = (points: readonly Point[]): Point => points[0]!;
const last = (points: readonly Point[]): Point => points.at(-1)!;
/** The newest of equal ones. */
const least = (points: readonly Point[]): Point => points.reduce((a, b) => (b[1] <= a[1] ? b : a));
const most = (points: readonly Point[]): Point => points.reduce((a, b) => (b[1] >= a[1] ? b : a));
const sum = (points: readonly Point[]): number => points.reduce((total, [, value]) => total + value, 0);

type Figure = (points: readonly Point[], labelled: Labelled) => string;
const valueAt =
  (pick: (points: readonly Point[]) => Point): Figure =>
  (points) =>
    shown(pick(points)[1]);
const timeAt =
  (pick: (points: readonly Point[]) => Point): Figure =>
  (points, labelled) => {
    const local = new Date(pick(points)[0] + labelled.offsetMinutes * 60_000);
    return local.toISOString().slice(0, 19).replace('T', ' ');
  };
const ageAt =
  (pick: (points: readonly Point[]) => Point): Figure =>
  (points, { now }) =>
    duration(Math.abs(now.getTime() - pick(points)[0]));

const figures: Readonly<Record<string, Figure>> = {
  AVG: (points) => shown(sum(points) / points.length),
  SUM: (points) => shown(sum(points)),
  ...{ FIRST: valueAt(first), LAST: valueAt(last), MIN: valueAt(least), MAX: valueAt(most) },
  ...{ FIRST_TIME: timeAt(first), LAST_TIME: timeAt(last), MIN_TIME: timeAt(least), MAX_TIME: timeAt(most) },
  ...{ FIRST_TIME_RELATIVE: ageAt(first), LAST_TIME_RELATIVE: ageAt(last) },
  ...{ MIN_TIME_RELATIVE: ageAt(least), MAX_TIME_RELATIVE: ageAt(most) },
  FIRST_LAST_RANGE: (points) => shown(Math.abs(last(points)[1] - first(points)[1])),
  MIN_MAX_RANGE: (points) => shown(most(points)[1] - least(points)[1]),
  FIRST_LAST_TIME_RANGE: (points) => duration(last(points)[0] - first(points)[0]),
  MIN_MAX_TIME_RANGE: (points) => duration(Math.abs(most(points)[0] - least(points)[0])),
};

/** Without the noise of binary fractions. */
const shown = (value: number): string => String(Number(value.toPrecision(12)));

/** `1d 3h 20m`: the units that are not zero. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const parts = units.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return parts.length > 0 ? parts.join(' ') : '0s';
}
