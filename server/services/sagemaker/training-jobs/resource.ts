import type { CreateTrainingJobCommandInput, SecondaryStatus } from '@aws-sdk/client-sagemaker';
import type { Kind } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { sagemakerArn } from '../arns.ts';
import { trainingJobNameTaken, trainingJobNotFound } from './errors.ts';

export type TrainingJobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped' | 'Deleting';

/** One stage of a job; times are ISO strings, and the last one has no end while it lasts. */
export interface Transition {
  readonly status: SecondaryStatus;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly message: string;
}

export interface FinalMetric {
  readonly name: string;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

export interface TrainingJob {
  /** As it was asked for, with defaults filled in. */
  readonly request: Omit<CreateTrainingJobCommandInput, 'Tags'>;
  readonly status: TrainingJobStatus;
  readonly transitions: readonly Transition[];
  /** 0, then one more for each time that RetryStrategy had it begin anew. */
  readonly attempt: number;
  /** Of the attempts before this one. */
  readonly earlierTransitions?: readonly Transition[];
  /** When this attempt was handed to compute. */
  readonly startedAt?: string;
  readonly stopRequestedAt?: string;
  /** Why it is stopped, when nobody asked. */
  readonly stopReason?: 'MaxWaitTimeExceeded' | 'MaxPendingTimeExceeded';
  readonly trainingStartedAt?: string;
  readonly trainingEndedAt?: string;
  readonly failureReason?: string;
  readonly modelArtifacts?: string;
  readonly finalMetrics?: readonly FinalMetric[];
  /** The workload is gone and its disk is free: nothing is left to do. */
  readonly cleared?: boolean;
}

export const trainingJobs: Kind<TrainingJob> = {
  name: 'sagemaker/training-job',
  arn: (scope, name) => sagemakerArn(scope, 'training-job', name),
  status: (job) => job.status,
  isActive: (job) => !isFinal(job) || !job.cleared,
  notFound: () => trainingJobNotFound(),
  alreadyExists: (name, scope) => trainingJobNameTaken(sagemakerArn(scope, 'training-job', name)),
};

/** True once it ended; it stays as it is until it is deleted. */
export const isFinal = ({ status }: TrainingJob): boolean =>
  status === 'Completed' || status === 'Failed' || status === 'Stopped';

/** Unique in the platform, and safe as a file name. */
export const workloadName = (scope: Scope, name: string, attempt: number): string =>
  `training-job.${scope.accountId}.${scope.region}.${name}.${attempt}`;

export const LOG_GROUP = '/aws/sagemaker/TrainingJobs';
export const METRIC_NAMESPACE = '/aws/sagemaker/TrainingJobs';

/** The stage it is in. */
export const secondaryStatus = (job: TrainingJob): SecondaryStatus => job.transitions.at(-1)?.status ?? 'Starting';
