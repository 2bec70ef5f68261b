import type { Observation } from '../../../compute/workload.ts';
import type { Resource } from '../../../resources/resource-store.ts';
import type { Ending } from './next-step.ts';
import { type FinalMetric, isFinal, type TrainingJob } from './resource.ts';
import { ended, historyOf, stagesOf, trainingEnd, trainingStart } from './stages.ts';
import { modelArtifactsUri } from './workload.ts';

/** The job as compute shows it; the same object when nothing is new. */
export function progressed(job: TrainingJob, createdAt: Date, seen: Observation): TrainingJob {
  if (isFinal(job) || job.status === 'Deleting') return job;
  const transitions = stagesOf(job, createdAt, historyOf(seen));
  const trainingStartedAt = trainingStart(seen.history);
  const same =
    trainingStartedAt === job.trainingStartedAt && JSON.stringify(transitions) === JSON.stringify(job.transitions);
  return same ? job : { ...job, transitions, trainingStartedAt };
}

/** The job with its outcome. One that has an outcome already, or is being deleted, stays as it is. */
export function finished(
  job: TrainingJob,
  { name, createdAt }: Pick<Resource<TrainingJob>, 'name' | 'createdAt'>,
  seen: Observation,
  ending: Ending,
  finalMetrics: readonly FinalMetric[],
  now: Date,
): TrainingJob {
  if (isFinal(job) || job.status === 'Deleting') return job;
  const endedAt = trainingEnd(seen.history) ?? now.toISOString();
  const end = { status: ending.secondary, at: endedAt };
  const ran = seen.history.some(({ phase }) => phase === 'running');
  const trainingStartedAt = trainingStart(seen.history) ?? job.trainingStartedAt;
  return {
    ...job,
    status: ending.status,
    failureReason: ending.reason,
    trainingStartedAt,
    trainingEndedAt: endedAt,
    // A workload that vanished took its history along: what was seen of it before is what there is.
    transitions: seen.history.length > 0 ? stagesOf(job, createdAt, seen.history, end) : ended(job.transitions, end),
    finalMetrics,
    ...(ending.status !== 'Failed' && ran && { modelArtifacts: modelArtifactsUri(name, job.request) }),
  };
}

/** The job at the beginning of its next attempt. */
export function begunAnew(job: TrainingJob, createdAt: Date, seen: Observation, now: Date): TrainingJob {
  if (isFinal(job) || job.status !== 'InProgress') return job;
  const at = now.toISOString();
  const earlierTransitions = stagesOf(job, createdAt, seen.history, { status: 'Restarting', at });
  return {
    ...job,
    attempt: job.attempt + 1,
    startedAt: undefined,
    earlierTransitions,
    transitions: earlierTransitions,
  };
}
