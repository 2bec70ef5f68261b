import type { Observation, Phase } from '../../../compute/workload.ts';
import type { Seen } from './observation.ts';
import { type DeployedVariant, type Endpoint, variantsOnlyIn } from './resource.ts';

export type Step =
  | { readonly do: 'start'; readonly variants: readonly DeployedVariant[] }
  | { readonly do: 'switch' }
  | { readonly do: 'give-up'; readonly reason: string }
  | { readonly do: 'remove'; readonly variants: readonly DeployedVariant[]; readonly after: 'forget' | 'start-again' }
  | { readonly do: 'delete' }
  | { readonly do: 'wait' }
  | { readonly do: 'settled' };

const MAX_QUEUED_SECONDS = 600;

/** Decides the next step from the endpoint and what compute shows of its servers. Pure: each rule is one test. */
export function nextStep(endpoint: Endpoint, seen: Seen, now: Date): Step {
  if (endpoint.status === 'Deleting') return { do: 'delete' };
  if (endpoint.retired.length > 0) return { do: 'remove', variants: endpoint.retired, after: 'forget' };
  if (endpoint.pending) return rollOut(endpoint, seen, now);
  if (endpoint.status !== 'InService') return { do: 'settled' };
  return keepServing(endpoint.current?.variants ?? [], seen);
}

function rollOut(endpoint: Endpoint, seen: Seen, now: Date): Step {
  const fresh = variantsOnlyIn(endpoint.pending, endpoint.current);
  for (const variant of fresh) {
    const observed = seen(variant);
    const reason =
      failureOf(variant, observed) ??
      downloadingTooLong(variant, observed, now) ??
      (endpoint.current && waitingTooLong(observed, now));
    if (reason) return { do: 'give-up', reason };
  }
  const unstarted = fresh.filter((variant) => isAbsent(seen(variant)));
  if (unstarted.length > 0) return { do: 'start', variants: unstarted };
  if (fresh.every((variant) => isServing(variant, seen(variant)))) return { do: 'switch' };
  // Until then the old servers carry the traffic.
  return keepServing(endpoint.current?.variants ?? [], seen);
}

/** A server that ended is started again: unlike a job, it does nothing twice by that. */
function keepServing(variants: readonly DeployedVariant[], seen: Seen): Step {
  const ended = variants.filter((variant) => seen(variant)?.phase === 'exited');
  if (ended.length > 0) return { do: 'remove', variants: ended, after: 'start-again' };
  const absent = variants.filter((variant) => isAbsent(seen(variant)));
  return absent.length > 0 ? { do: 'start', variants: absent } : { do: 'wait' };
}

const isAbsent = (observation: Observation | undefined) => !observation || observation.phase === 'absent';

/** True when every instance that was asked for answers its health check. */
export const isServing = (variant: DeployedVariant, observation: Observation | undefined): boolean =>
  observation?.phase === 'running' &&
  observation.instances.filter((instance) => instance.healthy).length >= variant.instanceCount;

/** Servers that wait for the room that the old ones take would wait for ever: the update is given up. */
function waitingTooLong(observation: Observation | undefined, now: Date): string | undefined {
  if (secondsIn('queued', observation, now) < MAX_QUEUED_SECONDS) return undefined;
  return (
    'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. ' +
    `Please retry using a different ML instance type or after some time. ${observation?.message ?? ''}`.trim()
  );
}

function downloadingTooLong(variant: DeployedVariant, observation: Observation | undefined, now: Date) {
  const limit = variant.downloadTimeoutSeconds;
  if (secondsIn('downloading', observation, now) < limit) return undefined;
  return downloadFailed(variant, `It was not complete after ${limit} seconds (ModelDataDownloadTimeoutInSeconds).`);
}

const downloadFailed = ({ modelDataUrl, modelDataSource }: DeployedVariant, why: string) =>
  'Failed to download model data for container "container_1" from URL: ' +
  `"${modelDataUrl ?? modelDataSource?.S3DataSource?.S3Uri}". Please ensure that there is an object located at the URL ` +
  `and that the role passed to CreateModel has permissions to download the object. ${why}`;

/** How long it has been in this phase; nothing when it is in another. */
function secondsIn(phase: Phase, observation: Observation | undefined, now: Date): number {
  const since = observation?.phase === phase ? observation.history.at(-1)?.at : undefined;
  return since ? (now.getTime() - Date.parse(since)) / 1000 : 0;
}

/** The words of SageMaker for a variant that will not come up; undefined while there is hope. */
function failureOf(variant: DeployedVariant, observation: Observation | undefined): string | undefined {
  if (observation?.phase !== 'exited') return undefined;
  const outcome = observation.outcome;
  const where = `production variant ${variant.name}`;
  if (outcome?.kind !== 'failed') return healthCheckFailed(where, 'The server ended.');
  switch (outcome.at) {
    case 'input':
      return downloadFailed(variant, outcome.message);
    case 'program':
    case 'health':
      return healthCheckFailed(where, outcome.message);
    default:
      return `Failed to start ${where}: ${outcome.message}`;
  }
}

const healthCheckFailed = (where: string, detail: string) =>
  `The primary container for ${where} did not pass the ping health check. ` +
  `Please check CloudWatch logs for this endpoint.${detail ? ` ${detail}` : ''}`;
