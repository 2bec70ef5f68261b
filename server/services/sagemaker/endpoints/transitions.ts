import { type DeployedVariant, type Deployment, type Endpoint, sameWorkload, variantsOnlyIn } from './resource.ts';

/** A new endpoint that is to serve `pending`. */
export const newEndpoint = (pending: Deployment, generation: number): Endpoint => ({
  status: 'Creating',
  pending,
  retired: [],
  lastGeneration: generation,
});

/** `pending` serves from now on; what only the old deployment had is retired. */
export function switched(endpoint: Endpoint): Endpoint {
  const { current, pending } = endpoint;
  if (!pending) return endpoint;
  return {
    ...endpoint,
    status: 'InService',
    failureReason: undefined,
    current: pending,
    pending: undefined,
    retired: [...endpoint.retired, ...variantsOnlyIn(current, pending)],
  };
}

/** `pending` is given up: what served before goes on serving; without it the endpoint has failed. */
export function givenUp(endpoint: Endpoint, reason: string): Endpoint {
  const { current, pending } = endpoint;
  if (!pending) return endpoint;
  return {
    ...endpoint,
    status: current ? 'InService' : 'Failed',
    failureReason: reason.slice(0, 1024),
    pending: undefined,
    // A failed endpoint keeps saying what it was to be.
    current: current ?? { ...pending, variants: [] },
    retired: [...endpoint.retired, ...variantsOnlyIn(pending, current)],
  };
}

/** These variants' workloads are gone. */
export const forgotten = (endpoint: Endpoint, removed: readonly DeployedVariant[]): Endpoint => ({
  ...endpoint,
  retired: endpoint.retired.filter((variant) => !removed.some((gone) => sameWorkload(gone, variant))),
});

/** Every variant that may have a workload. */
export const allVariants = (endpoint: Endpoint): DeployedVariant[] => [
  ...(endpoint.current?.variants ?? []),
  ...variantsOnlyIn(endpoint.pending, endpoint.current),
  ...endpoint.retired,
];
