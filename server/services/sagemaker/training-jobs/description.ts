import type { DescribeTrainingJobCommandOutput, TrainingJobSummary } from '@aws-sdk/client-sagemaker';
import type { Resource } from '../../../resources/resource-store.ts';
import { metricDefinitionsOf } from './built-in-metrics.ts';
import { secondaryStatus, type TrainingJob } from './resource.ts';

type Description = Omit<DescribeTrainingJobCommandOutput, '$metadata' | 'ModelArtifacts'> & {
  ModelArtifacts?: { S3ModelArtifacts: string };
};

/** A job as DescribeTrainingJob shows it: what was asked for, and what came of it. */
export function description({ name, arn, doc, createdAt, modifiedAt }: Resource<TrainingJob>): Description {
  const { request } = doc;
  const seconds = trainingSeconds(doc);
  const metrics = metricDefinitionsOf(request.AlgorithmSpecification);
  return {
    ...request,
    AlgorithmSpecification: request.AlgorithmSpecification && {
      ...request.AlgorithmSpecification,
      ...(metrics.length > 0 && { MetricDefinitions: [...metrics] }),
    },
    StoppingCondition: request.StoppingCondition!,
    TrainingJobName: name,
    TrainingJobArn: arn,
    TrainingJobStatus: doc.status,
    SecondaryStatus: secondaryStatus(doc),
    SecondaryStatusTransitions: doc.transitions.map(({ status, startedAt, endedAt, message }) => ({
      Status: status,
      StartTime: new Date(startedAt),
      EndTime: dateOf(endedAt),
      StatusMessage: message,
    })),
    FailureReason: doc.failureReason,
    CreationTime: createdAt,
    LastModifiedTime: modifiedAt,
    TrainingStartTime: dateOf(doc.trainingStartedAt),
    TrainingEndTime: dateOf(doc.trainingEndedAt),
    TrainingTimeInSeconds: seconds,
    BillableTimeInSeconds: seconds,
    ModelArtifacts: doc.modelArtifacts ? { S3ModelArtifacts: doc.modelArtifacts } : undefined,
    FinalMetricDataList: doc.finalMetrics?.length
      ? doc.finalMetrics.map((metric) => ({
          MetricName: metric.name,
          Value: metric.value,
          Timestamp: new Date(metric.timestamp),
        }))
      : undefined,
    ProfilingStatus: 'Disabled',
  };
}

/** A job as lists show it. */
export const summary = ({ name, arn, doc, createdAt, modifiedAt }: Resource<TrainingJob>): TrainingJobSummary => ({
  TrainingJobName: name,
  TrainingJobArn: arn,
  CreationTime: createdAt,
  TrainingEndTime: dateOf(doc.trainingEndedAt),
  LastModifiedTime: modifiedAt,
  TrainingJobStatus: doc.status,
  SecondaryStatus: secondaryStatus(doc),
});

/** Whole seconds, at least one, from the start on the instances to the end; undefined before the end. */
function trainingSeconds({ trainingStartedAt: start, trainingEndedAt: end }: TrainingJob): number | undefined {
  if (!start || !end) return undefined;
  return Math.max(1, Math.round((Date.parse(end) - Date.parse(start)) / 1000));
}

const dateOf = (iso: string | undefined): Date | undefined => (iso === undefined ? undefined : new Date(iso));
