import type { Scope } from '../../scope.ts';
import type { Datum } from '../telemetry.ts';
import type { Distribution, StatisticSet } from './distribution.ts';

export type Dimensions = Readonly<Record<string, string>>;

export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}

/** A datum as PutMetricData takes it: one value, values with counts, or a ready statistic set. */
export interface DetailedDatum extends Omit<Datum, 'value'> {
  readonly values: readonly { readonly value: number; readonly times: number }[];
  readonly statisticSet?: StatisticSet;
}

export interface MetricQuery extends MetricId {
  /** Missing: every unit, each in buckets of its own. */
  readonly unit?: string;
  /** Milliseconds; buckets begin at `start` and every `periodSeconds` after it, `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly periodSeconds: number;
}

export interface Bucket {
  readonly start: number;
  readonly unit: string;
  readonly values: Distribution;
}

export interface MetricListQuery {
  readonly namespace?: string;
  readonly name?: string;
  /** Metrics that have each of these dimensions; without `value` with any value. */
  readonly dimensions?: readonly { readonly name: string; readonly value?: string }[];
  /** Milliseconds: metrics with data points since. */
  readonly activeSince: number;
  readonly after?: readonly [namespace: string, name: string, dimensions: string];
  readonly limit: number;
}

/** `key` is what `after` of the next page wants. */
export type ListedMetric = MetricId & { readonly key: readonly [string, string, string] };

/**
 * Metric values in buckets of a second (`storageResolution` 1) or a minute. They get coarser as they age, as
 * CloudWatch's do: seconds for 3 hours, minutes for 15 days, 5 minutes for 63 days, hours for 455 days, then nothing.
 * A query for a shorter period than what is left gives no data.
 */
export interface MetricStore {
  /** Keeps data in memory, to be written within seconds. */
  put(scope: Scope, namespace: string, data: readonly Datum[]): void;
  /** Writes data at once; on return it survives this process. Throws, with nothing written, when the disk is full. */
  putDetailed(scope: Scope, namespace: string, data: readonly DetailedDatum[]): void;
  /** Writes what is in memory; on return it survives this process. Throws when the disk does not take it. */
  flush(): void;
  /** In order of namespace, name and dimensions, whatever the unit. */
  list(scope: Scope, query: MetricListQuery): ListedMetric[];
  /** Buckets that hold anything, in order of time. Includes what is still in memory. */
  read(scope: Scope, query: MetricQuery): Bucket[];
  lastValues(
    scope: Scope,
    namespace: string,
    dimensions: Dimensions,
  ): { name: string; value: number; timestamp: number }[];
}
