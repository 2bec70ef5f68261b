import type { Database } from '../database.ts';
import { Distribution, type StatisticSet } from './distribution.ts';
import type { Dimensions } from './metric-store.ts';
import type { PendingMetric } from './pending.ts';

/** A stored bucket. */
export interface PointRow extends StatisticSet {
  readonly start: number;
  readonly spread: Uint8Array | null;
}

export const valuesOf = (row: PointRow): Distribution => Distribution.decode(row, row.spread);

export interface Points {
  /** Merges what is pending into the stored buckets. To be called within a transaction. */
  write(metrics: readonly PendingMetric[]): void;
  /** Merges one distribution into a stored bucket. To be called within a transaction. */
  add(metric: number, resolution: number, start: number, values: Distribution): void;
}

export function metricPoints({ sql }: Database): Points {
  const upsertMetric = sql.prepare(
    `INSERT INTO metrics (account, region, namespace, name, dimensions, unit, last_time, last_value)
     VALUES (:account, :region, :namespace, :name, :dimensions, :unit, :time, :value)
     ON CONFLICT DO UPDATE SET
       last_value = CASE WHEN excluded.last_time >= last_time THEN excluded.last_value ELSE last_value END,
       last_time = max(last_time, excluded.last_time)
     RETURNING id`,
  );
  const insertDimension = sql.prepare(
    'INSERT INTO metric_dimensions (name, value, metric) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const select = sql.prepare(
    `SELECT start, count, sum, min, max, spread FROM metric_points WHERE metric = ? AND resolution = ? AND start = ?`,
  );
  const replace = sql.prepare('INSERT OR REPLACE INTO metric_points VALUES (?, ?, ?, ?, ?, ?, ?, ?)');

  const add: Points['add'] = (metric, resolution, start, values) => {
    const stored = select.get(metric, resolution, start) as PointRow | undefined;
    let total = values;
    if (stored) {
      total = valuesOf(stored);
      total.merge(values);
    }
    const { count, sum, min, max } = total;
    replace.run(metric, resolution, start, count, sum, min, max, total.encodeValues());
  };

  const idOf = (metric: PendingMetric): number => {
    const { id } = upsertMetric.get({
      account: metric.scope.accountId,
      region: metric.scope.region,
      namespace: metric.namespace,
      name: metric.name,
      dimensions: metric.dimensions,
      unit: metric.unit,
      time: metric.lastTime,
      value: metric.lastValue,
    }) as { id: number };
    for (const [name, value] of Object.entries(JSON.parse(metric.dimensions) as Dimensions)) {
      insertDimension.run(name, value, id);
    }
    return id;
  };

  return {
    add,
    write(metrics) {
      for (const metric of metrics) {
        const id = idOf(metric);
        for (const { resolution, start, values } of metric.buckets.values()) {
          if (values.count > 0) add(id, resolution, start, values);
        }
      }
    },
  };
}
