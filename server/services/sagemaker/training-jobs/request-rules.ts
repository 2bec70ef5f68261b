import { normalize } from 'node:path/posix';
import type { Channel, CreateTrainingJobCommandInput, InstanceGroup } from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import { compileMetricFilter } from '../../../telemetry/index.ts';
import { locationIn } from '../s3-uris.ts';
import { notSupported, refuse } from '../unsupported.ts';

const NOT_IN_JOB = {
  ServerlessJobConfig: 'Give AlgorithmSpecification and ResourceConfig.',
  ModelPackageConfig: 'Create a model from the job’s ModelArtifacts.',
  MlflowConfig: 'Leave it out.',
  DebugRuleConfigurations: 'Leave them out: rules are not evaluated.',
  ProfilerRuleConfigurations: 'Leave them out: rules are not evaluated.',
};

const NOT_IN_RESOURCES = {
  TrainingPlanArn: 'Leave it out.',
  InstancePlacementConfig: 'Leave it out.',
};

/** Throws ValidationException for a request that contradicts itself or asks for what is not done here. */
export function checkRequest(input: CreateTrainingJobCommandInput): void {
  refuse(input, NOT_IN_JOB);
  if (input.RemoteDebugConfig?.EnableRemoteDebug) throw notSupported('RemoteDebugConfig', 'Leave it out.');
  if (input.SessionChainingConfig?.EnableSessionTagChaining) {
    throw notSupported('SessionChainingConfig', 'Leave it out.');
  }
  checkAlgorithm(input);
  checkResources(input);
  checkLimits(input);
  checkS3('OutputDataConfig.S3OutputPath', input.OutputDataConfig?.S3OutputPath);
  checkS3('CheckpointConfig.S3Uri', input.CheckpointConfig?.S3Uri);
  checkS3('TensorBoardOutputConfig.S3OutputPath', input.TensorBoardOutputConfig?.S3OutputPath);
  checkLocalPath('CheckpointConfig.LocalPath', input.CheckpointConfig?.LocalPath);
  checkLocalPath('TensorBoardOutputConfig.LocalPath', input.TensorBoardOutputConfig?.LocalPath);
  checkChannels(input.InputDataConfig ?? [], input.ResourceConfig?.InstanceGroups ?? []);
}

function checkAlgorithm({ AlgorithmSpecification: algorithm }: CreateTrainingJobCommandInput): void {
  if (!algorithm) throw validationError('You must provide AlgorithmSpecification.');
  refuse(algorithm, { AlgorithmName: 'Give the TrainingImage of the algorithm.' }, 'AlgorithmSpecification.');
  if (!algorithm.TrainingImage) throw validationError('You must provide AlgorithmSpecification.TrainingImage.');
  for (const { Name: name, Regex: regex } of algorithm.MetricDefinitions ?? []) checkMetric(name!, regex!);
}

/** A pattern that cannot be used would leave the job without its metric, and nobody would know why. */
function checkMetric(name: string, regex: string): void {
  try {
    compileMetricFilter(regex);
  } catch (cause) {
    throw validationError(`Invalid metric definition ${name}: ${(cause as Error).message}.`);
  }
}

function checkResources({ ResourceConfig: resources }: CreateTrainingJobCommandInput): void {
  if (!resources) throw validationError('You must provide ResourceConfig.');
  refuse(resources, NOT_IN_RESOURCES, 'ResourceConfig.');
  const { InstanceGroups: groups, InstanceType: type, InstanceCount: count } = resources;
  if (groups?.length) {
    if (type || count) {
      throw validationError('You must provide either InstanceGroups, or InstanceType and InstanceCount, not both.');
    }
    checkGroups(groups);
  } else if (!type || !count) {
    throw validationError('You must provide ResourceConfig.InstanceType and ResourceConfig.InstanceCount.');
  }
}

function checkGroups(groups: readonly InstanceGroup[]): void {
  const names = new Set(groups.map(({ InstanceGroupName }) => InstanceGroupName));
  if (names.size < groups.length) throw validationError('The InstanceGroups must have different InstanceGroupNames.');
  if (!groups.some(({ InstanceCount }) => InstanceCount)) {
    throw validationError('InstanceGroups must have at least one instance.');
  }
  for (const { InstanceGroupName: name, InstanceType: type, InstanceCount: count } of groups) {
    if (!name || !type || count === undefined) {
      throw validationError('Each of the InstanceGroups must have InstanceGroupName, InstanceType and InstanceCount.');
    }
  }
}

function checkLimits({
  StoppingCondition: limits,
  EnableManagedSpotTraining: spot,
}: CreateTrainingJobCommandInput): void {
  const { MaxWaitTimeInSeconds: wait, MaxRuntimeInSeconds: run = 0 } = limits ?? {};
  if (spot && (wait === undefined || wait < run)) {
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
    );
  }
  if (!spot && wait !== undefined) {
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true',
    );
  }
}

function checkChannels(channels: readonly Channel[], groups: readonly InstanceGroup[]): void {
  const groupNames = new Set(groups.map(({ InstanceGroupName }) => InstanceGroupName));
  const names = new Set(channels.map(({ ChannelName }) => ChannelName));
  if (names.size < channels.length) throw validationError('The channels in InputDataConfig must have different names.');
  for (const { ChannelName: name, DataSource: source } of channels) {
    // Each is a folder's name, and the pattern of the model lets these through.
    if (name === '.' || name === '..') throw validationError(`"${name}" cannot be the name of a channel.`);
    refuse(
      source ?? {},
      { FileSystemDataSource: 'Use S3DataSource.', DatasetSource: 'Use S3DataSource.' },
      `InputDataConfig channel ${name}: DataSource.`,
    );
    const s3 = source?.S3DataSource;
    if (!s3) throw validationError(`Channel ${name} in InputDataConfig needs an S3DataSource.`);
    if (s3.S3DataType === 'Converse') throw notSupported('S3DataType Converse', 'Use S3Prefix or ManifestFile.');
    refuse(s3, { HubAccessConfig: 'Copy the data to an S3 bucket.' }, `InputDataConfig channel ${name}: S3DataSource.`);
    checkS3(`S3Uri of channel ${name}`, s3.S3Uri);
    const unknown = s3.InstanceGroupNames?.find((group) => !groupNames.has(group));
    if (unknown)
      throw validationError(`Channel ${name} names the instance group ${unknown}, which the job does not have.`);
    if (s3.S3DataType === 'AugmentedManifestFile' && !s3.AttributeNames?.length) {
      throw validationError(`Channel ${name} of S3DataType AugmentedManifestFile needs AttributeNames.`);
    }
  }
}

/** What is shared with S3 while a job runs lies where the platform can see it. */
function checkLocalPath(field: string, path: string | undefined): void {
  if (path !== undefined && !normalize(path).startsWith('/opt/ml/')) {
    throw validationError(`Invalid ${field} "${path}": expected a folder below /opt/ml.`);
  }
}

function checkS3(field: string, uri: string | undefined): void {
  if (uri !== undefined) locationIn(field, uri);
}
