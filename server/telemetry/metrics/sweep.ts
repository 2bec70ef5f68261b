import type { Database } from '../database.ts';
import { type PointRow, type Points, valuesOf } from './points.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const METRICS_PER_STEP = 50;
const POINTS_PER_METRIC = 2_000;

/** How long each resolution (seconds) is kept, and which it turns into then. */
const AGES = [
  { resolution: 1, keptMs: 3 * HOUR_MS, next: 60 },
  { resolution: 60, keptMs: 15 * DAY_MS, next: 300 },
  { resolution: 300, keptMs: 63 * DAY_MS, next: 3600 },
  { resolution: 3600, keptMs: 455 * DAY_MS, next: undefined },
] as const;

/**
 * Makes old points coarser and takes the oldest away, some metrics a step, round after round. Returns whether this
 * round has more to do.
 */
export function metricSweep({ sql, transaction }: Database, points: Points): (now: number) => boolean {
  const metrics = sql.prepare('SELECT id FROM metrics WHERE id > ? ORDER BY id LIMIT ?');
  const old = sql.prepare(
    `SELECT start, count, sum, min, max, spread FROM metric_points
     WHERE metric = ? AND resolution = ? AND start < ? ORDER BY start LIMIT ?`,
  );
  const remove = sql.prepare('DELETE FROM metric_points WHERE metric = ? AND resolution = ? AND start <= ?');
  const forgetMetric = sql.prepare('DELETE FROM metrics WHERE id = ? AND last_time < ?');
  const forgetDimensions = sql.prepare('DELETE FROM metric_dimensions WHERE metric = ? AND name = ? AND value = ?');
  const dimensionsOf = sql.prepare('SELECT dimensions FROM metrics WHERE id = ?');
  let lastSwept = 0;

  const age = (metric: number, now: number): void => {
    for (const { resolution, keptMs, next } of AGES) {
      const rows = old.all(metric, resolution, now - keptMs, POINTS_PER_METRIC) as unknown as PointRow[];
      const last = rows.at(-1);
      if (!last) continue;
      for (const row of next ? rows : []) {
        points.add(metric, next!, row.start - (row.start % (next! * 1000)), valuesOf(row));
      }
      remove.run(metric, resolution, last.start);
    }
  };

  const forget = (metric: number, before: number): void => {
    const row = dimensionsOf.get(metric) as { dimensions: string };
    if (forgetMetric.run(metric, before).changes === 0) return;
    for (const [name, value] of Object.entries(JSON.parse(row.dimensions) as Record<string, string>)) {
      forgetDimensions.run(metric, name, value);
    }
  };

  return (now) =>
    transaction(() => {
      const batch = metrics.all(lastSwept, METRICS_PER_STEP) as { id: number }[];
      for (const { id } of batch) {
        age(id, now);
        forget(id, now - 455 * DAY_MS);
      }
      const isLast = batch.length < METRICS_PER_STEP;
      lastSwept = isLast ? 0 : batch.at(-1)!.id;
      return !isLast;
    });
}
