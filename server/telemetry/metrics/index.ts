import type { Clock } from '../../clock.ts';
import type { Scope } from '../../scope.ts';
import type { Database } from '../database.ts';
import type { Datum } from '../telemetry.ts';
import type { MetricStore } from './metric-store.ts';
import { PendingMetrics } from './pending.ts';
import { metricPoints, type Points } from './points.ts';
import { metricReads } from './read.ts';

export interface MetricTables extends MetricStore {
  readonly points: Points;
  /** Writes data at once, as part of a transaction that the caller has opened. */
  putWithin(scope: Scope, namespace: string, data: readonly Datum[]): void;
  /** Forgets what is in memory. */
  forgetPending(): void;
}

export function openMetrics(database: Database, clock: Clock): MetricTables {
  const points = metricPoints(database);
  const reads = metricReads(database);
  const pending = new PendingMetrics();

  const flush = (): void => {
    if (pending.isEmpty) return;
    const taken = pending.take();
    try {
      database.transaction(() => points.write(taken));
    } catch (error) {
      pending.putBack(taken);
      throw error;
    }
  };

  return {
    points,
    put(scope, namespace, data) {
      const now = clock.now().getTime();
      for (const datum of data) pending.put(scope, namespace, datum, now);
    },
    putDetailed(scope, namespace, data) {
      const now = clock.now().getTime();
      // Past what is pending: a client that is told of a failure sends its data again, so none of it may stay.
      const direct = new PendingMetrics();
      for (const datum of data) direct.putDetailed(scope, namespace, datum, now);
      database.transaction(() => points.write(direct.take()));
    },
    putWithin(scope, namespace, data) {
      const now = clock.now().getTime();
      const direct = new PendingMetrics();
      for (const datum of data) direct.put(scope, namespace, datum, now);
      points.write(direct.take());
    },
    flush,
    forgetPending: () => void pending.take(),
    list(scope, query) {
      flush();
      return reads.list(scope, query);
    },
    read(scope, query) {
      flush();
      return reads.read(scope, query);
    },
    lastValues(scope, namespace, dimensions) {
      flush();
      return reads.lastValues(scope, namespace, dimensions);
    },
  };
}
