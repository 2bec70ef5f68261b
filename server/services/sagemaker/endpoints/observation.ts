import type { Compute, Observation } from '../../../compute/workload.ts';
import type { Resource } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { type DeployedVariant, type Endpoint, variantsOnlyIn, workloadName } from './resource.ts';

/** What compute shows of a variant's workload; undefined when it was not asked for. */
export type Seen = (variant: DeployedVariant) => Observation | undefined;

export async function observeVariants(
  compute: Compute,
  scope: Scope,
  endpoint: string,
  variants: readonly DeployedVariant[],
): Promise<Seen> {
  const seen = new Map<string, Observation>();
  await Promise.all(
    variants.map(async (variant) => {
      const name = workloadName(scope, endpoint, variant);
      seen.set(name, await compute.observe(name));
    }),
  );
  return (variant) => seen.get(workloadName(scope, endpoint, variant));
}

/** Of the servers that are to come. */
export const observePending = (compute: Compute, { doc, name, ...scope }: Resource<Endpoint>): Promise<Seen> =>
  observeVariants(compute, scope, name, variantsOnlyIn(doc.pending, doc.current));
