import type { Dimension } from '@aws-sdk/client-cloudwatch';
import type { Dimensions } from '../../telemetry/metrics/metric-store.ts';
import { invalidValue } from './errors.ts';

/** `path` names the list in the error for a dimension that is there twice. */
export function dimensionsOf(list: readonly Dimension[] | undefined, path: string): Dimensions {
  const dimensions: Record<string, string> = Object.create(null);
  for (const { Name, Value } of list ?? []) {
    if (Name! in dimensions) throw invalidValue(`The collection ${path} must not have the dimension ${Name} twice.`);
    dimensions[Name!] = Value!;
  }
  return dimensions;
}

export const dimensionList = (dimensions: Dimensions): Dimension[] =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
