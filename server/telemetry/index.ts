import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type Database, openDatabase } from './database.ts';
import { ingestion } from './ingest.ts';
import { openLogs } from './logs/index.ts';
import { logSweep } from './logs/sweep.ts';
import { openMetrics } from './metrics/index.ts';
import { metricSweep } from './metrics/sweep.ts';
import type { TelemetryStore } from './telemetry-store.ts';

export { compileMetricFilter } from './metric-filters.ts';
export type { TelemetryStore } from './telemetry-store.ts';

const FLUSH_EVERY_MS = 3_000;
const SWEEP_EVERY_MS = 60_000;
/** Between the steps of one sweep, so that requests get their turn. */
const SWEEP_PAUSE_MS = 20;

/**
 * Opens (or makes) the telemetry file at `path`. Log events are on disk when a call returns; metric values within
 * three seconds, at `flush` and at `close`.
 */
export async function openTelemetry(options: { path: string; clock: Clock; log: Logger }): Promise<TelemetryStore> {
  const { path, clock, log } = options;
  const database = openDatabase(path);
  const logs = openLogs(database, clock);
  const metrics = openMetrics(database, clock);
  const upkeep = keepUp(database, clock, log, metrics);
  return {
    logs,
    metrics,
    ...ingestion(database, logs, metrics, log),
    putMetrics: metrics.put,
    lastValues: async (scope, namespace, dimensions) => metrics.lastValues(scope, namespace, dimensions),
    async clear() {
      metrics.forgetPending();
      database.clear();
    },
    async close() {
      upkeep.stop();
      try {
        metrics.flush();
      } finally {
        database.close();
      }
    },
  };
}

/** Writes metrics and takes old things away in the background, without keeping the process alive. */
function keepUp(database: Database, clock: Clock, log: Logger, metrics: ReturnType<typeof openMetrics>) {
  const sweeps = [logSweep(database), metricSweep(database, metrics.points), database.reclaim];
  const guarded = <T>(what: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      log.error('telemetry upkeep failed; it will be tried again', { what, error });
      return undefined;
    }
  };
  const sweepOnce = () => sweeps.map((sweep) => guarded('sweep', () => sweep(clock.now().getTime()))).some(Boolean);
  let sweeping: NodeJS.Timeout;
  const sweepAfter = (pauseMs: number): void => {
    sweeping = setTimeout(() => sweepAfter(sweepOnce() ? SWEEP_PAUSE_MS : SWEEP_EVERY_MS), pauseMs).unref();
  };
  const flushing = setInterval(() => guarded('flush', metrics.flush), FLUSH_EVERY_MS).unref();
  sweepAfter(SWEEP_EVERY_MS);
  return {
    stop() {
      clearInterval(flushing);
      clearTimeout(sweeping);
    },
  };
}
