import type { MetricId } from '../../../../telemetry/metrics/metric-store.ts';

/** A metric over time: values by time (milliseconds), in order of time. */
export interface Series {
  readonly kind: 'series';
  readonly label: string;
  /** Which metric it is, if it is one and no result of others. */
  readonly metric?: MetricId & { readonly statistic: string };
  readonly periodSeconds: number;
  readonly points: ReadonlyMap<number, number>;
}

/** What expressions work on: numbers, time series, and lists of time series. */
export type Value = number | Series | readonly Series[];

/** The times that a request is about, for what makes points where there are none. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

export const isSeries = (value: Value): value is Series => typeof value === 'object' && 'kind' in value;
export const isList = (value: Value): value is readonly Series[] => Array.isArray(value);

/** A series like `model` with other points. Points that are no finite number (a division by zero) are left out. */
export const seriesOf = (model: Series, points: Iterable<readonly [number, number]>): Series => ({
  ...model,
  metric: undefined,
  points: new Map([...points].filter(([, value]) => Number.isFinite(value))),
});

/** Applies `change` to every value of a series. */
export const mapPoints = (series: Series, change: (value: number, time: number) => number): Series =>
  seriesOf(
    series,
    [...series.points].map(([time, value]) => [time, change(value, time)]),
  );

/** All times of the list's series, in order, with the values that are there at each. */
export function acrossTime(list: readonly Series[]): Map<number, number[]> {
  const values = new Map<number, number[]>();
  for (const { points } of list) {
    for (const [time, value] of points) {
      const there = values.get(time);
      if (there) there.push(value);
      else values.set(time, [value]);
    }
  }
  return new Map([...values].sort(([a], [b]) => a - b));
}
