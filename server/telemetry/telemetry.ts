import type { Scope } from '../scope.ts';

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** A metric found in log lines: the first group of `regex` is the value. SageMaker's MetricDefinitions. */
export interface MetricFilter {
  readonly name: string;
  readonly regex: string;
}

export interface Datum {
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit?: string;
  /** Milliseconds since the epoch. */
  readonly timestamp?: number;
  /** Seconds: 1 keeps values apart by the second, else by the minute. 60 when missing. */
  readonly storageResolution?: number;
}

/** Log streams and metrics, kept for the platform's own use; the CloudWatch services read and write the same store. */
export interface Telemetry {
  /**
   * Appends a workload's lines to a stream, making group and stream when missing. `cursor` is the position in the
   * source (bytes of the instance's log file) up to which lines were taken; it is kept with the events in one
   * transaction, and events at or before a kept cursor are not taken twice. Metric filters run over the same lines;
   * one that is no expression is left out (`compileMetricFilter` tells beforehand). Lines stay in the order given: an
   * event is never dated before the stream's last one. Empty lines make no event, lines of over 256 Ki characters several.
   */
  ingest(
    scope: Scope,
    group: string,
    stream: string,
    events: readonly LogEvent[],
    options?: {
      cursor?: number;
      metrics?: {
        filters: readonly MetricFilter[];
        namespace: string;
        dimensions: Readonly<Record<string, string>>;
      };
    },
  ): Promise<void>;
  /** The cursor that `ingest` kept last, 0 when there is none. */
  cursor(scope: Scope, group: string, stream: string): Promise<number>;
  /** The last lines of a stream, oldest first. */
  tail(scope: Scope, group: string, stream: string, count: number): Promise<LogEvent[]>;

  /**
   * Adds data points; cheap enough to be called for each invocation. They are read back at once, and written within
   * three seconds: those are what a killed process loses. Cheapest with dimensions that are one frozen object.
   */
  putMetrics(scope: Scope, namespace: string, data: readonly Datum[]): void;
  /** The newest value of each metric with exactly these dimensions, for FinalMetricDataList. */
  lastValues(
    scope: Scope,
    namespace: string,
    dimensions: Readonly<Record<string, string>>,
  ): Promise<{ name: string; value: number; timestamp: number }[]>;
  clear(): Promise<void>;
  close(): Promise<void>;
}
