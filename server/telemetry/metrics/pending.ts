import type { Scope } from '../../scope.ts';
import type { Datum } from '../telemetry.ts';
import { Distribution } from './distribution.ts';
import type { DetailedDatum, Dimensions } from './metric-store.ts';

const NO_DIMENSIONS: Dimensions = {};
/** The largest value, either way, that CloudWatch takes; sums of such values stay numbers. */
const LARGEST = 2 ** 360;

/** One metric in one unit, with what was put since the last write, by resolution in seconds and bucket start. */
export interface PendingMetric {
  readonly scope: Scope;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: string;
  readonly unit: string;
  readonly buckets: Map<string, { resolution: number; start: number; values: Distribution }>;
  lastTime: number;
  lastValue: number;
  /** The bucket of the last datum: the next one nearly always falls into it. */
  current?: { resolution: number; start: number; values: Distribution };
}

/** Dimensions as a key: JSON with the names in order. */
export function dimensionsKey(dimensions: Dimensions): string {
  const names = Object.keys(dimensions);
  if (names.length > 1) names.sort();
  let key = '{';
  for (const name of names) {
    key += `${key.length > 1 ? ',' : ''}${JSON.stringify(name)}:${JSON.stringify(dimensions[name])}`;
  }
  return `${key}}`;
}

const isOf = (metric: PendingMetric, scope: Scope, namespace: string, name: string, unit: string): boolean =>
  metric.name === name &&
  metric.unit === unit &&
  metric.namespace === namespace &&
  metric.scope.region === scope.region &&
  metric.scope.accountId === scope.accountId;

/** Values that are not on disk yet. Memory grows with the number of metrics and buckets, not with that of values. */
export class PendingMetrics {
  #metrics = new Map<string, PendingMetric>();
  /** Callers on hot paths pass the same frozen dimensions each time: their few metrics are found without a key. */
  #byDimensions = new WeakMap<Dimensions, PendingMetric[]>();

  get isEmpty(): boolean {
    return this.#metrics.size === 0;
  }

  /** A value that is no number, or beyond what a metric may have, says nothing and is left out. */
  put(scope: Scope, namespace: string, datum: Datum, now: number): void {
    if (!(Math.abs(datum.value) <= LARGEST)) return;
    const time = datum.timestamp ?? now;
    const metric = this.#metricOf(scope, namespace, datum);
    bucketOf(metric, time, datum.storageResolution ?? 60).values.add(datum.value);
    if (time >= metric.lastTime) {
      metric.lastTime = time;
      metric.lastValue = datum.value;
    }
  }

  putDetailed(scope: Scope, namespace: string, datum: DetailedDatum, now: number): void {
    const time = datum.timestamp ?? now;
    const metric = this.#metricOf(scope, namespace, datum);
    const { values } = bucketOf(metric, time, datum.storageResolution ?? 60);
    for (const { value, times } of datum.values) values.add(value, times);
    if (datum.statisticSet) values.addStatisticSet(datum.statisticSet);
    if (time >= metric.lastTime) {
      metric.lastTime = time;
      metric.lastValue = datum.values.at(-1)?.value ?? datum.statisticSet?.max ?? metric.lastValue;
    }
  }

  /** Hands over everything and begins anew. */
  take(): PendingMetric[] {
    const taken = [...this.#metrics.values()];
    this.#metrics = new Map();
    this.#byDimensions = new WeakMap();
    return taken;
  }

  /** Takes back what could not be written. */
  putBack(metrics: readonly PendingMetric[]): void {
    for (const metric of metrics) this.#metrics.set(keyOf(metric), metric);
  }

  #metricOf(scope: Scope, namespace: string, datum: Datum | DetailedDatum): PendingMetric {
    const { name, dimensions = NO_DIMENSIONS } = datum;
    const unit = datum.unit === undefined || datum.unit === 'None' ? '' : datum.unit;
    if (!Object.isFrozen(dimensions)) return this.#find(scope, namespace, name, dimensions, unit);
    const near = this.#byDimensions.get(dimensions) ?? [];
    for (const metric of near) if (isOf(metric, scope, namespace, name, unit)) return metric;
    const metric = this.#find(scope, namespace, name, dimensions, unit);
    near.push(metric);
    this.#byDimensions.set(dimensions, near);
    return metric;
  }

  #find(scope: Scope, namespace: string, name: string, from: Dimensions, unit: string): PendingMetric {
    const dimensions = dimensionsKey(from);
    const key = keyOf({ scope, namespace, name, dimensions, unit });
    let metric = this.#metrics.get(key);
    if (!metric) {
      const { accountId, region } = scope;
      const buckets: PendingMetric['buckets'] = new Map();
      const lastTime = Number.NEGATIVE_INFINITY;
      metric = {
        ...{ scope: { accountId, region }, namespace, name, dimensions, unit },
        ...{ buckets, lastTime, lastValue: 0 },
      };
      this.#metrics.set(key, metric);
    }
    return metric;
  }
}

const keyOf = (metric: Pick<PendingMetric, 'scope' | 'namespace' | 'name' | 'dimensions' | 'unit'>): string =>
  `${metric.scope.accountId}\0${metric.scope.region}\0${metric.namespace}\0${metric.name}\0${metric.unit}\0${metric.dimensions}`;

function bucketOf(metric: PendingMetric, time: number, resolution: number) {
  const seconds = resolution < 60 ? 1 : 60;
  const start = time - (time % (seconds * 1000));
  const { current } = metric;
  if (current && current.start === start && current.resolution === seconds) return current;
  const key = `${seconds}:${start}`;
  let bucket = metric.buckets.get(key);
  if (!bucket) {
    bucket = { resolution: seconds, start, values: new Distribution() };
    metric.buckets.set(key, bucket);
  }
  metric.current = bucket;
  return bucket;
}
