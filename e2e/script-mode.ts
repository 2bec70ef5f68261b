import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { CloudWatchLogsClient, DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { Header } from 'tar';
import { until, type Wildsage } from './server.ts';

export const BUCKET = 'e2e-bucket';
export const SKLEARN = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';

export function clientsOf({ connection }: Pick<Wildsage, 'connection'>) {
  return {
    s3: new S3Client({ ...connection, forcePathStyle: true }),
    sagemaker: new SageMakerClient(connection),
    runtime: new SageMakerRuntimeClient(connection),
    logs: new CloudWatchLogsClient(connection),
  };
}
export type Clients = ReturnType<typeof clientsOf>;

/** A `.tar.gz` of small files by name, as people upload their code and models. */
export async function tarGz(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const gzip = createGzip();
  for (const [path, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const header = new Header({ path, mode: 0o644, size: content.length, type: 'File', mtime: new Date() });
    header.encode();
    gzip.write(header.block);
    gzip.write(Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]));
  }
  gzip.end(Buffer.alloc(1024));
  return buffer(gzip);
}

/** Creates the bucket when it is not there and puts the object into it. */
export async function put({ s3 }: Clients, key: string, body: string | Buffer): Promise<string> {
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET })).catch((error) => {
    if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
  });
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  return `s3://${BUCKET}/${key}`;
}

/** Starts a job that runs `script` in the scikit-learn runtime. */
export async function startScript(
  server: Wildsage,
  clients: Clients,
  name: string,
  script: string,
  further: Partial<CreateTrainingJobCommandInput> = {},
): Promise<void> {
  const source = await put(clients, `${name}/source.tar.gz`, await tarGz({ 'train.py': script }));
  await clients.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      AlgorithmSpecification: { TrainingImage: SKLEARN, TrainingInputMode: 'File' },
      HyperParameters: {
        sagemaker_program: JSON.stringify('train.py'),
        sagemaker_submit_directory: JSON.stringify(source),
      },
      RoleArn: server.environment.WILDSAGE_ROLE_ARN,
      OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/output` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
      ...further,
    }),
  );
}

export const describeJob = ({ sagemaker }: Clients, TrainingJobName: string) =>
  sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));

export const jobEnds = (clients: Clients, name: string, seconds = 120) =>
  until(
    `The end of ${name}`,
    async () => {
      const job = await describeJob(clients, name);
      return ['Completed', 'Failed', 'Stopped'].includes(job.TrainingJobStatus!) && job;
    },
    seconds,
  );

/** All lines that a job's first instance has written. */
export async function logOf({ logs }: Clients, job: string): Promise<string[]> {
  const logGroupName = '/aws/sagemaker/TrainingJobs';
  const { logStreams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: `${job}/` }),
  );
  const logStreamName = logStreams?.[0]?.logStreamName;
  if (!logStreamName) return [];
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
  );
  return events.map(({ message = '' }) => message);
}

/** A model that is `inference.py`, without anything trained, and an endpoint configuration for it, both of that name. */
export async function createScriptModel(
  server: Pick<Wildsage, 'environment'>,
  clients: Clients,
  name: string,
  script: string,
) {
  const model = await put(
    clients,
    `${name}/model.tar.gz`,
    await tarGz({ 'code/inference.py': script, weights: 'none' }),
  );
  await clients.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: server.environment.WILDSAGE_ROLE_ARN,
      PrimaryContainer: {
        Image: SKLEARN,
        ModelDataUrl: model,
        Environment: { SAGEMAKER_PROGRAM: 'inference.py', SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code' },
      },
    }),
  );
  await clients.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [{ VariantName: 'v', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
    }),
  );
}

export async function createScriptEndpoint(
  server: Pick<Wildsage, 'environment'>,
  clients: Clients,
  name: string,
  script: string,
) {
  await createScriptModel(server, clients, name, script);
  await clients.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
}

export const endpointIs = (clients: Clients, name: string, status: string, seconds = 90) =>
  until(
    `${name} ${status}`,
    async () => {
      const endpoint = await clients.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
      if (endpoint.EndpointStatus === 'Failed' && status !== 'Failed') throw new Error(endpoint.FailureReason);
      return endpoint.EndpointStatus === status && endpoint;
    },
    seconds,
  );
