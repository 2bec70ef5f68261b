import type { Scope } from '../../../scope.ts';
import type { Datum, Telemetry } from '../../../telemetry/telemetry.ts';
import type { VariantRoute } from './routes.ts';

const NAMESPACE = 'AWS/SageMaker';

/** How one invocation went; times in microseconds. */
export interface Invocation {
  /** Of the container; 0 when it did not answer. */
  readonly status: number;
  readonly modelMicroseconds: number;
  readonly totalMicroseconds: number;
}

/** Adds to the metrics that SageMaker publishes for each variant. */
export function countInvocation(telemetry: Telemetry, scope: Scope, variant: VariantRoute, seen: Invocation): void {
  const { dimensions } = variant;
  const { status, modelMicroseconds, totalMicroseconds } = seen;
  const clientError = status >= 400 && status < 500;
  const serverError = !clientError && (status < 200 || status >= 300);
  const count = (name: string, value: number): Datum => ({ name, dimensions, value, unit: 'None' });
  const time = (name: string, value: number): Datum => ({ name, dimensions, value, unit: 'Microseconds' });
  telemetry.putMetrics(scope, NAMESPACE, [
    count('Invocations', 1),
    count('InvocationsPerInstance', 1 / variant.instanceCount),
    count('Invocation4XXErrors', clientError ? 1 : 0),
    count('Invocation5XXErrors', serverError ? 1 : 0),
    count('InvocationModelErrors', clientError || serverError ? 1 : 0),
    time('ModelLatency', modelMicroseconds),
    time('OverheadLatency', Math.max(0, totalMicroseconds - modelMicroseconds)),
  ]);
}
