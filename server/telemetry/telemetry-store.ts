import type { LogStore } from './logs/log-store.ts';
import type { MetricStore } from './metrics/metric-store.ts';
import type { Telemetry } from './telemetry.ts';

/** Telemetry with all that the CloudWatch services need of it. */
export interface TelemetryStore extends Telemetry {
  readonly logs: LogStore;
  readonly metrics: MetricStore;
}
