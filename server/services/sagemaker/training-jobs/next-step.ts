import { constants } from 'node:os';
import type { Observation, Outcome } from '../../../compute/workload.ts';
import { isFinal, type TrainingJob } from './resource.ts';

/** How a job ends. */
export interface Ending {
  readonly status: 'Completed' | 'Failed' | 'Stopped';
  readonly secondary: 'Completed' | 'Failed' | 'Stopped' | 'MaxRuntimeExceeded' | 'MaxWaitTimeExceeded';
  readonly reason?: string;
}

export type Step =
  | { readonly do: 'start' }
  | { readonly do: 'watch'; readonly againAfterSeconds: number }
  | { readonly do: 'ask-to-stop'; readonly because: NonNullable<TrainingJob['stopReason']> }
  | { readonly do: 'stop' }
  | { readonly do: 'finish'; readonly ending: Ending }
  | { readonly do: 'begin-anew' }
  | { readonly do: 'clear' }
  | { readonly do: 'delete' }
  | { readonly do: 'settled' };

/** Changes are reported; this is for a report that was lost. */
const LOOK_AGAIN_SECONDS = 15;
const MAX_REASON = 1024;

/** Decides the next step from the job and what compute shows of it. Pure: each rule is one test. */
export function nextStep(job: TrainingJob, createdAt: Date, seen: Observation, now: Date): Step {
  if (job.status === 'Deleting') return { do: 'delete' };
  if (isFinal(job)) return job.cleared ? { do: 'settled' } : { do: 'clear' };
  if (seen.phase === 'exited') return finishOrRetry(job, seen.outcome);
  if (job.status === 'Stopping') {
    return seen.phase === 'absent' ? { do: 'finish', ending: stopped(job) } : { do: 'stop' };
  }
  if (!job.startedAt) return { do: 'start' };
  // Gone after a recorded start: a second run would overwrite the first one's artifacts, so fail instead.
  if (seen.phase === 'absent') return { do: 'finish', ending: failed(LOST) };
  return waiting(job, createdAt, seen, now);
}

const LOST =
  'InternalServerError: We encountered an internal error. Please try again. ' +
  '(The running job was lost; it is not run twice.)';

function waiting(job: TrainingJob, createdAt: Date, seen: Observation, now: Date): Step {
  const limits = job.request.StoppingCondition;
  const secondsSinceCreation = (now.getTime() - createdAt.getTime()) / 1000;
  const left = (limit: number | undefined) =>
    limit === undefined ? Number.POSITIVE_INFINITY : limit - secondsSinceCreation;
  const waitLeft = left(job.request.EnableManagedSpotTraining ? limits?.MaxWaitTimeInSeconds : undefined);
  if (waitLeft <= 0) return { do: 'ask-to-stop', because: 'MaxWaitTimeExceeded' };
  const pendingLeft = left(seen.phase === 'queued' ? limits?.MaxPendingTimeInSeconds : undefined);
  if (pendingLeft <= 0) return { do: 'ask-to-stop', because: 'MaxPendingTimeExceeded' };
  return { do: 'watch', againAfterSeconds: Math.min(LOOK_AGAIN_SECONDS, waitLeft, pendingLeft) };
}

function finishOrRetry(job: TrainingJob, outcome: Outcome | undefined): Step {
  // AWS repeats a job only for errors of its own, and only when RetryStrategy asks for it.
  const retries = job.request.RetryStrategy?.MaximumRetryAttempts ?? 0;
  const ours = outcome?.kind === 'failed' && outcome.at === 'machine';
  if (ours && job.attempt < retries && job.status !== 'Stopping') return { do: 'begin-anew' };
  return { do: 'finish', ending: endingOf(job, outcome) };
}

/** What an outcome on compute is as an outcome of the job. */
export function endingOf(job: TrainingJob, outcome: Outcome | undefined): Ending {
  if (!outcome) return failed(LOST);
  if (outcome.kind === 'succeeded') return { status: 'Completed', secondary: 'Completed' };
  if (outcome.kind === 'stopped') {
    return outcome.because === 'max-runtime' ? { status: 'Stopped', secondary: 'MaxRuntimeExceeded' } : stopped(job);
  }
  // A program that is stopped may end with any exit code: the client asked for the stop, so that is what happened.
  if (job.status === 'Stopping' && outcome.at === 'program') return stopped(job);
  return failed(reasonOf(outcome));
}

const stopped = (job: TrainingJob): Ending => ({
  status: 'Stopped',
  secondary: job.stopReason === 'MaxWaitTimeExceeded' ? 'MaxWaitTimeExceeded' : 'Stopped',
});

const failed = (reason: string): Ending => ({
  status: 'Failed',
  secondary: 'Failed',
  reason: reason.slice(0, MAX_REASON),
});

/** The prefixes that SageMaker sorts failures by: the algorithm's, the client's, its own. */
function reasonOf(failure: Extract<Outcome, { kind: 'failed' }>): string {
  switch (failure.at) {
    case 'program': {
      const code = failure.exitCode ?? exitCodeOfSignal(failure.signal);
      const ending = `, exit code: ${code}`;
      return `AlgorithmError: ${failure.message.slice(0, MAX_REASON - 16 - ending.length)}${ending}`;
    }
    case 'input':
      return `ClientError: Data download failed:${failure.message}`;
    case 'output':
      return `ClientError: Artifact upload failed:${failure.message}`;
    case 'runtime':
      return `ClientError: The training image could not be prepared: ${failure.message}`;
    default:
      return `InternalServerError: ${failure.message}`;
  }
}

/** As a shell gives it: 128 and the signal's number. */
const exitCodeOfSignal = (signal: string | undefined): number =>
  signal ? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0) : 1;
