import type { Compute } from '../../../compute/workload.ts';
import { again, type Controller, settled } from '../../../controllers/controller.ts';
import { ServiceError } from '../../../errors.ts';
import type { Platform } from '../../../platform.ts';
import type { ResourceKey, ResourceStore } from '../../../resources/resource-store.ts';
import { nextStep } from './next-step.ts';
import { observeVariants } from './observation.ts';
import { type DeployedVariant, type Endpoint, endpoints, workloadName } from './resource.ts';
import { allVariants, forgotten, givenUp, switched } from './transitions.ts';
import { workloadFor } from './workload.ts';

/** Changes are reported; this is for a report that was lost. */
const LOOK_AGAIN_SECONDS = 15;
/** Between the end of a server in service and its replacement, so that one that ends at once does not spin. */
const RESTART_PAUSE_SECONDS = 5;

/** Brings an endpoint's servers in line with what it is to serve, and keeps them there. */
export function endpointController({ resources, compute, clock }: Platform): Controller<Endpoint> {
  return {
    kind: endpoints,
    async reconcile(key) {
      const resource = await resources.find(endpoints, key, key.name);
      if (!resource) return settled;
      const endpoint = resource.doc;
      const step = nextStep(
        endpoint,
        await observeVariants(compute, key, key.name, allVariants(endpoint)),
        clock.now(),
      );
      const change = (apply: (doc: Endpoint) => Endpoint) => write(resources, key, apply, clock.now());
      // Clearing up afterwards is no modification that clients are to see.
      const tidy = (apply: (doc: Endpoint) => Endpoint) => write(resources, key, apply, resource.modifiedAt);
      switch (step.do) {
        case 'start':
          await startAll(compute, key, step.variants, (reason) => change((doc) => givenUp(doc, reason)));
          if (await resources.find(endpoints, key, key.name)) return again(LOOK_AGAIN_SECONDS);
          // The store was emptied meanwhile (a reset): nobody else knows of these servers.
          await removeAll(compute, key, step.variants);
          return settled;
        case 'switch':
          // Only what was seen healthy: an update that came in between waits for its own servers.
          await change((doc) => (doc.pending?.startedAt === endpoint.pending?.startedAt ? switched(doc) : doc));
          return again();
        case 'give-up':
          await change((doc) => givenUp(doc, step.reason));
          return again();
        case 'remove':
          await removeAll(compute, key, step.variants);
          if (step.after === 'start-again') return again(RESTART_PAUSE_SECONDS);
          await tidy((doc) => forgotten(doc, step.variants));
          return again();
        case 'delete':
          // The document goes last: while it is there, a restarted server knows what is left to remove.
          await removeAll(compute, key, allVariants(endpoint));
          await resources.delete(endpoints, key, key.name);
          return settled;
        case 'wait':
          return again(LOOK_AGAIN_SECONDS);
        case 'settled':
          return settled;
      }
    },
  };
}

/** What compute refuses for good (an image that is gone) ends the attempt; anything else is tried again later. */
async function startAll(
  compute: Compute,
  key: ResourceKey,
  variants: readonly DeployedVariant[],
  onRefusal: (reason: string) => Promise<void>,
): Promise<void> {
  try {
    for (const variant of variants) await compute.start(workloadFor(key, variant));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    await onRefusal(error.message);
  }
}

async function removeAll(compute: Compute, key: ResourceKey, variants: readonly DeployedVariant[]): Promise<void> {
  await Promise.all(variants.map((variant) => compute.remove(workloadName(key, key.name, variant))));
}

async function write(
  resources: ResourceStore,
  key: ResourceKey,
  apply: (doc: Endpoint) => Endpoint,
  now: Date,
): Promise<void> {
  await resources.update(endpoints, key, key.name, apply, { now });
}
