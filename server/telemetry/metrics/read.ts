import type { Scope } from '../../scope.ts';
import type { Database } from '../database.ts';
import { Distribution } from './distribution.ts';
import type { Bucket, Dimensions, ListedMetric, MetricListQuery, MetricQuery, MetricStore } from './metric-store.ts';
import { dimensionsKey } from './pending.ts';
import { type PointRow, valuesOf } from './points.ts';

/** Queries over what is on disk. */
export function metricReads({ sql }: Database): Pick<MetricStore, 'list' | 'read' | 'lastValues'> {
  const findUnits = sql.prepare(
    `SELECT id, unit FROM metrics
     WHERE account = ? AND region = ? AND namespace = ? AND name = ? AND dimensions = ?`,
  );
  const points = sql.prepare(
    `SELECT start, count, sum, min, max, spread FROM metric_points
     WHERE metric = ? AND resolution = ? AND start >= ? AND start < ? ORDER BY start`,
  );
  const newest = sql.prepare(
    `SELECT name, last_value AS value, last_time AS timestamp FROM metrics
     WHERE account = ? AND region = ? AND namespace = ? AND dimensions = ? ORDER BY name, last_time`,
  );

  const readUnit = (metric: { id: number; unit: string }, query: MetricQuery): Bucket[] => {
    const periodMs = query.periodSeconds * 1000;
    const buckets = new Map<number, Distribution>();
    for (const resolution of [1, 60, 300, 3600]) {
      // Values that have become coarser than the period cannot be told apart any more.
      if (resolution > query.periodSeconds) break;
      for (const row of points.iterate(metric.id, resolution, query.start, query.end) as Iterable<unknown>) {
        const point = row as PointRow;
        const start = point.start - ((point.start - query.start) % periodMs);
        const values = buckets.get(start) ?? new Distribution();
        values.merge(valuesOf(point));
        buckets.set(start, values);
      }
    }
    return [...buckets].map(([start, values]) => ({ start, unit: metric.unit || 'None', values }));
  };

  return {
    read(scope, query) {
      const { accountId, region } = scope;
      const key = dimensionsKey(query.dimensions);
      const wanted = query.unit === 'None' ? '' : query.unit;
      const units = findUnits.all(accountId, region, query.namespace, query.name, key) as {
        id: number;
        unit: string;
      }[];
      return units
        .filter(({ unit }) => wanted === undefined || unit === wanted)
        .flatMap((metric) => readUnit(metric, query))
        .sort((a, b) => a.start - b.start);
    },
    lastValues(scope, namespace, dimensions) {
      const key = dimensionsKey(dimensions);
      const rows = newest.all(scope.accountId, scope.region, namespace, key) as {
        name: string;
        value: number;
        timestamp: number;
      }[];
      // Of several units of one metric the one with the newest value comes last and stays.
      return [...new Map(rows.map((row) => [row.name, { ...row }])).values()];
    },
    list: (scope, query) => listMetrics({ sql } as Database, scope, query),
  };
}

/** The conditions vary, so the statement is made for each call; ListMetrics is no hot path. */
function listMetrics({ sql }: Pick<Database, 'sql'>, scope: Scope, query: MetricListQuery): ListedMetric[] {
  const conditions = ['account = ?', 'region = ?', 'last_time >= ?'];
  const values: (string | number)[] = [scope.accountId, scope.region, query.activeSince];
  const where = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    values.push(...more);
  };
  if (query.namespace !== undefined) where('namespace = ?', query.namespace);
  if (query.name !== undefined) where('name = ?', query.name);
  for (const { name, value } of query.dimensions ?? []) {
    if (value === undefined) where('id IN (SELECT metric FROM metric_dimensions WHERE name = ?)', name);
    else where('id IN (SELECT metric FROM metric_dimensions WHERE name = ? AND value = ?)', name, value);
  }
  if (query.after) where('(namespace, name, dimensions) > (?, ?, ?)', ...query.after);
  const rows = sql
    .prepare(
      `SELECT DISTINCT namespace, name, dimensions FROM metrics WHERE ${conditions.join(' AND ')}
       ORDER BY namespace, name, dimensions LIMIT ?`,
    )
    .all(...values, query.limit) as { namespace: string; name: string; dimensions: string }[];
  return rows.map(({ namespace, name, dimensions }) => ({
    namespace,
    name,
    dimensions: JSON.parse(dimensions) as Dimensions,
    key: [namespace, name, dimensions],
  }));
}
