import type { Observation } from '../../../compute/workload.ts';
import { again, type Controller, type Next, settled } from '../../../controllers/controller.ts';
import { ServiceError } from '../../../errors.ts';
import type { Platform } from '../../../platform.ts';
import type { Resource } from '../../../resources/resource-store.ts';
import { type Ending, nextStep } from './next-step.ts';
import { begunAnew, finished, progressed } from './progress.ts';
import { METRIC_NAMESPACE, type TrainingJob, trainingJobs, workloadName } from './resource.ts';
import { workloadFor } from './workload.ts';

const POLL_SECONDS = 5;

/** Moves one training job one step towards its end. */
export function trainingJobController(platform: Platform): Controller<TrainingJob> {
  const { resources, compute, clock } = platform;
  return {
    kind: trainingJobs,
    async reconcile(key) {
      const resource = await resources.find(trainingJobs, key, key.name);
      if (!resource) return settled;
      const workload = workloadName(key, key.name, resource.doc.attempt);
      const seen = await compute.observe(workload);
      const step = nextStep(resource.doc, resource.createdAt, seen, clock.now());
      const change = (apply: (job: TrainingJob) => TrainingJob, now = clock.now()) =>
        resources.update(trainingJobs, key, key.name, apply, { now });
      const showProgress = () => change((job) => progressed(job, resource.createdAt, seen));

      switch (step.do) {
        case 'start':
          return start(platform, resource);
        case 'watch':
          await showProgress();
          return again(step.againAfterSeconds);
        case 'ask-to-stop':
          await change((job) => askedToStop(job, step.because, clock.now()));
          return again();
        case 'stop':
          await compute.stop(workload);
          await showProgress();
          return again(POLL_SECONDS);
        case 'finish':
          return finish(platform, resource, seen, step.ending);
        case 'begin-anew':
          // The attempt is counted before its predecessor goes, so that nothing takes the absence for a loss.
          await change((job) => begunAnew(job, resource.createdAt, seen, clock.now()));
          await compute.remove(workload);
          return again();
        case 'clear':
          await removeAll(platform, resource);
          // Freeing the disk is no modification that clients are to see.
          await change((job) => ({ ...job, cleared: true }), resource.modifiedAt);
          return settled;
        case 'delete':
          await removeAll(platform, resource);
          await resources.delete(trainingJobs, key, key.name);
          return settled;
        case 'settled':
          return settled;
      }
    },
  };
}

/** Of every attempt: the server may have ended between counting one and removing the one before. */
async function removeAll({ compute }: Platform, resource: Resource<TrainingJob>): Promise<void> {
  for (let attempt = 0; attempt <= resource.doc.attempt; attempt++) {
    await compute.remove(workloadName(resource, resource.name, attempt));
  }
}

async function start(platform: Platform, resource: Resource<TrainingJob>): Promise<Next> {
  const { resources, compute, clock } = platform;
  try {
    // The name comes from the key and starting is idempotent: a crash before the next line launches no twin.
    await compute.start(workloadFor(resource));
  } catch (error) {
    // What compute refuses for good; anything else is tried again later.
    if (!(error instanceof ServiceError)) throw error;
    const ending: Ending = { status: 'Failed', secondary: 'Failed', reason: `ClientError: ${error.message}` };
    return finish(platform, resource, NOTHING_SEEN, ending);
  }
  if (!(await resources.find(trainingJobs, resource, resource.name))) {
    // The store was emptied meanwhile (a reset): nobody else knows of this workload.
    await removeAll(platform, resource);
    return settled;
  }
  const startedAt = clock.now().toISOString();
  // The client sees no change by this.
  const options = { now: resource.modifiedAt };
  await resources.update(trainingJobs, resource, resource.name, (job) => ({ ...job, startedAt }), options);
  return again();
}

const NOTHING_SEEN: Observation = { phase: 'absent', history: [], instances: [] };

async function finish(
  { resources, telemetry, clock }: Platform,
  resource: Resource<TrainingJob>,
  seen: Observation,
  ending: Ending,
): Promise<Next> {
  const metrics = await telemetry.lastValues(resource, METRIC_NAMESPACE, { TrainingJobName: resource.name });
  const now = clock.now();
  await resources.update(
    trainingJobs,
    resource,
    resource.name,
    (job) => finished(job, resource, seen, ending, metrics, now),
    { now },
  );
  return again();
}

const askedToStop = (job: TrainingJob, because: TrainingJob['stopReason'], now: Date): TrainingJob =>
  job.status === 'InProgress'
    ? { ...job, status: 'Stopping', stopReason: because, stopRequestedAt: now.toISOString() }
    : job;
