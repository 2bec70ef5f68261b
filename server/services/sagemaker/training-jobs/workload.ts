import type { Channel, CheckpointConfig } from '@aws-sdk/client-sagemaker';
import type { InstancesOf, Workload, WorkloadFile, WorkloadInput, WorkloadOutput } from '../../../compute/workload.ts';
import type { Resource } from '../../../resources/resource-store.ts';
import { asS3Uri, below } from '../s3-uris.ts';
import { metricDefinitionsOf } from './built-in-metrics.ts';
import { clusterOf } from './cluster.ts';
import { LOG_GROUP, METRIC_NAMESPACE, type TrainingJob, trainingJobs, workloadName } from './resource.ts';

const CONFIG = '/opt/ml/input/config';

/** A training job as something to run. */
export function workloadFor(resource: Resource<TrainingJob>): Workload {
  const { name, doc, accountId, region } = resource;
  const { request } = doc;
  const algorithm = request.AlgorithmSpecification!;
  const cluster = clusterOf(request.ResourceConfig!);
  return {
    name: workloadName(resource, name, doc.attempt),
    ...cluster,
    owner: { kind: trainingJobs.name, accountId, region, name },
    scope: { accountId, region },
    roleArn: request.RoleArn,
    image: algorithm.TrainingImage!,
    entrypoint: algorithm.ContainerEntrypoint,
    arguments: algorithm.ContainerArguments ?? (algorithm.ContainerEntrypoint ? [] : ['train']),
    environment: environmentOf(resource),
    files: configFiles(doc, cluster),
    inputs: (request.InputDataConfig ?? []).map((channel) => inputOf(channel, algorithm.TrainingInputMode)),
    outputs: outputsOf(name, doc),
    networkIsolation: request.EnableNetworkIsolation,
    maxRuntimeSeconds: request.StoppingCondition?.MaxRuntimeInSeconds,
    usage: {
      namespace: METRIC_NAMESPACE,
      dimensions: hostsOf(name, cluster).map((Host) => ({ Host })),
    },
    logs: {
      group: LOG_GROUP,
      streams: logStreams(resource, cluster),
      metrics: {
        filters: metricDefinitionsOf(algorithm).map(({ Name, Regex }) => ({ name: Name!, regex: Regex! })),
        namespace: METRIC_NAMESPACE,
        dimensions: { TrainingJobName: name },
      },
    },
  };
}

const environmentOf = ({ name, arn, region, doc }: Resource<TrainingJob>): Record<string, string> => ({
  ...doc.request.Environment,
  TRAINING_JOB_NAME: name,
  TRAINING_JOB_ARN: arn,
  AWS_REGION: region,
});

/** `my-job/algo-1-1700000000`: the second in which the job was made, so that the name stays the same. */
const logStreams = ({ name, createdAt }: Resource<TrainingJob>, cluster: InstancesOf): string[] => {
  const second = Math.floor(createdAt.getTime() / 1000);
  return hostsOf(name, cluster).map((host) => `${host}-${second}`);
};

/** What SageMaker calls a job's instances where it tells of them: `my-job/algo-1`. */
const hostsOf = (name: string, { instanceCount }: InstancesOf): string[] =>
  Array.from({ length: instanceCount }, (_, index) => `${name}/algo-${index + 1}`);

function configFiles({ request }: TrainingJob, { instanceGroups }: InstancesOf): WorkloadFile[] {
  return [
    { path: `${CONFIG}/hyperparameters.json`, content: JSON.stringify(request.HyperParameters ?? {}) },
    ...(instanceGroups?.map(({ name }) => ({ ...channelsFile(request, name), groups: [name] })) ?? [
      channelsFile(request),
    ]),
    ...checkpointFile(request),
  ];
}

/** An instance is told of the channels that it has. */
function channelsFile(request: TrainingJob['request'], group?: string): WorkloadFile {
  const mode = request.AlgorithmSpecification?.TrainingInputMode;
  const theirs = (request.InputDataConfig ?? []).filter(
    (channel) => group === undefined || (groupsOf(channel)?.includes(group) ?? true),
  );
  const channels = theirs.map((channel) => [channel.ChannelName!, channelConfig(channel, mode)]);
  return { path: `${CONFIG}/inputdataconfig.json`, content: JSON.stringify(Object.fromEntries(channels)) };
}

/** The groups that a channel is for; undefined: all. */
const groupsOf = ({ DataSource: source }: Channel): string[] | undefined => {
  const groups = source?.S3DataSource?.InstanceGroupNames;
  return groups?.length ? groups : undefined;
};

const checkpointFile = ({ CheckpointConfig: checkpoints }: TrainingJob['request']) =>
  checkpoints
    ? [
        {
          path: `${CONFIG}/checkpointconfig.json`,
          content: JSON.stringify({ S3Uri: checkpoints.S3Uri, LocalPath: checkpointFolder(checkpoints) }),
        },
      ]
    : [];

const checkpointFolder = ({ LocalPath }: CheckpointConfig) => LocalPath ?? '/opt/ml/checkpoints';

const channelConfig = (channel: Channel, jobMode: string | undefined) => ({
  ...(channel.ContentType && { ContentType: channel.ContentType }),
  TrainingInputMode: channel.InputMode ?? jobMode ?? 'File',
  S3DistributionType: channel.DataSource?.S3DataSource?.S3DataDistributionType,
  RecordWrapperType: channel.RecordWrapperType,
});

function inputOf(channel: Channel, jobMode: string | undefined): WorkloadInput {
  const s3 = channel.DataSource!.S3DataSource!;
  const seed = channel.ShuffleConfig?.Seed;
  return {
    path: `/opt/ml/input/data/${channel.ChannelName}`,
    s3Uri: asS3Uri(s3.S3Uri!),
    source: s3.S3DataType as WorkloadInput['source'],
    mode: (channel.InputMode ?? jobMode ?? 'File') as WorkloadInput['mode'],
    distribution: s3.S3DataDistributionType,
    compression: channel.CompressionType,
    recordWrapper: channel.RecordWrapperType,
    attributeNames: s3.AttributeNames,
    groups: groupsOf(channel),
    ...(seed !== undefined && { shuffleSeed: Number(seed) }),
  };
}

function outputsOf(name: string, { request }: TrainingJob): WorkloadOutput[] {
  const compressed = request.OutputDataConfig?.CompressionType !== 'NONE';
  const form = compressed ? 'tar.gz' : 'files';
  const prefix = below(asS3Uri(request.OutputDataConfig!.S3OutputPath!), name, 'output');
  const outputs: WorkloadOutput[] = [
    { path: '/opt/ml/model', s3Uri: modelArtifactsUri(name, request), form, when: 'EndOfJob' },
    {
      path: '/opt/ml/output/data',
      s3Uri: compressed ? `${prefix}/output.tar.gz` : `${prefix}/data/`,
      form,
      when: 'EndOfJob',
      skipEmpty: true,
      evenWhenFailed: true,
    },
  ];
  const { CheckpointConfig: checkpoints, TensorBoardOutputConfig: board } = request;
  if (checkpoints) {
    outputs.push({ ...continuous(checkpointFolder(checkpoints), asS3Uri(checkpoints.S3Uri!)), restore: true });
  }
  if (board) {
    const path = board.LocalPath ?? '/opt/ml/output/tensorboard';
    outputs.push(continuous(path, below(asS3Uri(board.S3OutputPath!), name, 'tensorboard-output')));
  }
  return outputs;
}

const continuous = (path: string, s3Uri: string): WorkloadOutput => ({
  path,
  s3Uri,
  form: 'files',
  when: 'Continuous',
  skipEmpty: true,
});

/** Where the trained model is put: an archive, or a prefix when compression is switched off. */
export function modelArtifactsUri(name: string, request: TrainingJob['request']): string {
  const prefix = below(asS3Uri(request.OutputDataConfig!.S3OutputPath!), name, 'output');
  return request.OutputDataConfig?.CompressionType === 'NONE' ? `${prefix}/model/` : `${prefix}/model.tar.gz`;
}
