import { createHash } from 'node:crypto';
import type { Workload, WorkloadInput } from '../../../compute/workload.ts';
import type { ResourceKey } from '../../../resources/resource-store.ts';
import { asS3Uri } from '../s3-uris.ts';
import { type DeployedVariant, logGroup, workloadName } from './resource.ts';

const MODEL_PATH = '/opt/ml/model';
const METRIC_NAMESPACE = '/aws/sagemaker/Endpoints';

/** A variant of an endpoint as a server to run. */
export function workloadFor(key: ResourceKey, variant: DeployedVariant): Workload {
  const scope = { accountId: key.accountId, region: key.region };
  const name = workloadName(scope, key.name, variant);
  return {
    name,
    type: 'server',
    owner: key,
    scope,
    roleArn: variant.roleArn,
    image: variant.image,
    arguments: ['serve'],
    environment: variant.environment,
    instanceType: variant.instanceType,
    instanceCount: variant.instanceCount,
    inputs: modelInputs(variant),
    port: 8080,
    healthPath: '/ping',
    networkIsolation: variant.networkIsolation,
    startTimeoutSeconds: variant.startTimeoutSeconds,
    stopGraceSeconds: 30,
    usage: { namespace: METRIC_NAMESPACE, dimensions: instanceDimensions(key.name, variant) },
    logs: { group: logGroup(key.name), streams: logStreams(name, variant) },
  };
}

/** `AllTraffic/i-0123456789abcdef0`: the instance's id comes from the workload's name, so that it stays the same. */
const logStreams = (workload: string, variant: DeployedVariant): string[] =>
  Array.from({ length: variant.instanceCount }, (_, index) => {
    const digest = createHash('sha256').update(`${workload}/${index}`).digest('hex');
    return `${variant.name}/i-${digest.slice(0, 17)}`;
  });

/** All instances of a variant count together, as on AWS. */
const instanceDimensions = (endpoint: string, { name, instanceCount }: DeployedVariant) =>
  Array.from({ length: instanceCount }, () => ({ EndpointName: endpoint, VariantName: name }));

function modelInputs({ modelDataUrl, modelDataSource }: DeployedVariant): WorkloadInput[] {
  if (modelDataUrl) return [archive(modelDataUrl)];
  const s3 = modelDataSource?.S3DataSource;
  if (!s3?.S3Uri) return [];
  if (s3.CompressionType === 'Gzip') return [archive(s3.S3Uri)];
  const source = s3.S3DataType === 'S3Object' ? 'S3Object' : 'S3Prefix';
  return [{ path: MODEL_PATH, s3Uri: asS3Uri(s3.S3Uri), source, mode: 'File' }];
}

const archive = (s3Uri: string): WorkloadInput => ({
  path: MODEL_PATH,
  s3Uri: asS3Uri(s3Uri),
  source: 'S3Object',
  mode: 'File',
  unpack: true,
});
