import type { SecondaryStatus } from '@aws-sdk/client-sagemaker';
import type { Observation, Phase } from '../../../compute/workload.ts';
import type { TrainingJob, Transition } from './resource.ts';

type Stage = { readonly status: SecondaryStatus; readonly message: string };

/** SageMaker's words for what a job is at. A phase that is not here belongs to the stage before it. */
const STAGES: Partial<Record<Phase, Stage>> = {
  queued: { status: 'Pending', message: 'Training job waiting for capacity' },
  preparing: { status: 'Pending', message: 'Preparing the instances for training' },
  downloading: { status: 'Downloading', message: 'Downloading input data' },
  running: { status: 'Training', message: 'Training image download completed. Training in progress.' },
  uploading: { status: 'Uploading', message: 'Uploading generated training model' },
};

type Event = Stage & { readonly at: string };

const STOPPING: Stage = { status: 'Stopping', message: 'Stopping the training job' };

const FINAL_MESSAGES: Partial<Record<SecondaryStatus, string>> = {
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopped: 'Training job stopped',
  Restarting: 'Restarting the training job',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
  MaxWaitTimeExceeded: 'Training job waiting time exceeded MaxWaitTimeInSeconds provided',
};

interface End {
  readonly status: SecondaryStatus;
  readonly at: string;
}

/**
 * The stages of a job so far, from what compute wrote down: whole even when nobody watched while they passed.
 * `end` is the last stage of a job that is over.
 */
export function stagesOf(job: TrainingJob, createdAt: Date, history: Observation['history'], end?: End): Transition[] {
  const begin = job.earlierTransitions?.at(-1)?.startedAt ?? createdAt.toISOString();
  const stop = job.stopRequestedAt;
  const events: Event[] = [{ status: 'Starting', message: 'Starting the training job', at: begin }];
  for (const { phase, at, message } of history) {
    const stage = STAGES[phase];
    // Once a stop was asked for, only the upload of what there is counts as a stage of its own.
    if (!stage || (stop && at >= stop && phase !== 'uploading')) continue;
    events.push({ ...stage, message: message ?? stage.message, at });
  }
  if (stop) insertInOrder(events, { ...STOPPING, at: stop });
  if (end) events.push({ status: end.status, message: FINAL_MESSAGES[end.status] ?? '', at: end.at });
  return [...(job.earlierTransitions ?? []), ...joined(events, end?.at)];
}

function insertInOrder(events: Event[], event: Event): void {
  const index = events.findIndex(({ at }) => at > event.at);
  events.splice(index < 0 ? events.length : index, 0, event);
}

/** Consecutive events of one status are one stage with the newest message; each ends where the next begins. */
function joined(events: readonly Event[], endedAt: string | undefined): Transition[] {
  const stages: { status: SecondaryStatus; startedAt: string; endedAt?: string; message: string }[] = [];
  for (const event of events) {
    const last = stages.at(-1);
    if (last?.status === event.status) {
      last.message = event.message;
      continue;
    }
    if (last) last.endedAt = event.at;
    stages.push({ status: event.status, startedAt: event.at, message: event.message });
  }
  const last = stages.at(-1);
  if (last && endedAt) last.endedAt = endedAt;
  return stages;
}

/** These stages with the last one closed and the end after it. */
export const ended = (stages: readonly Transition[], { status, at }: End): Transition[] => [
  ...stages.map((stage) => ({ ...stage, endedAt: stage.endedAt ?? at })),
  { status, startedAt: at, endedAt: at, message: FINAL_MESSAGES[status] ?? '' },
];

/** What compute wrote down, with what it says before a job begins: what it waits for, what it installs. */
export const historyOf = ({ phase, history, message }: Observation): Observation['history'] =>
  message && (phase === 'queued' || phase === 'preparing')
    ? history.map((entry, index) => (index === history.length - 1 ? { ...entry, message } : entry))
    : history;

/** When the job was on its instances for the first time: what SageMaker calls its start, and bills from. */
export const trainingStart = (history: Observation['history']): string | undefined =>
  history.find(({ phase }) => phase === 'downloading' || phase === 'starting' || phase === 'running')?.at;

export const trainingEnd = (history: Observation['history']): string | undefined =>
  history.findLast(({ phase }) => phase === 'exited')?.at;
