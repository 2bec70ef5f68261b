import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { CloudWatchClient, GetMetricDataCommand, paginateListMetrics } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  paginateDescribeLogStreams,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DescribeTrainingJobCommand,
  paginateListModels,
  paginateListTrainingJobs,
  SageMakerClient,
  waitUntilEndpointDeleted,
  waitUntilEndpointInService,
  waitUntilTrainingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startWildsage, until, type Wildsage } from '../server.ts';
import { putData, XGBOOST, xgboostJob } from './built-in-job.ts';

const Bucket = 'main-job';
const WAIT = { maxWaitTime: 180, minDelay: 1, maxDelay: 1 };

describe('the main job through the AWS SDK for JavaScript', () => {
  let server: Wildsage;
  let sagemaker: SageMakerClient;
  let runtime: SageMakerRuntimeClient;
  let s3: S3Client;
  let logs: CloudWatchLogsClient;
  let cloudwatch: CloudWatchClient;
  let artifacts: string;

  before(async () => {
    server = await startWildsage();
    const { connection } = server;
    sagemaker = new SageMakerClient(connection);
    runtime = new SageMakerRuntimeClient(connection);
    s3 = new S3Client(connection);
    logs = new CloudWatchLogsClient(connection);
    cloudwatch = new CloudWatchClient(connection);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await putData(s3, Bucket);
  });
  after(() => server?.stop());

  it('trains the built-in XGBoost, waits for it by the SDK’s waiter, and finds its model in S3', async () => {
    const { TrainingJobArn } = await sagemaker.send(
      new CreateTrainingJobCommand(xgboostJob(server, 'xgboost-1', Bucket)),
    );
    assert.equal(TrainingJobArn, 'arn:aws:sagemaker:us-east-1:111122223333:training-job/xgboost-1');
    await waitUntilTrainingJobCompletedOrStopped({ client: sagemaker, ...WAIT }, { TrainingJobName: 'xgboost-1' });
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'xgboost-1' }));
    assert.equal(job.TrainingJobStatus, 'Completed');
    assert.ok(job.TrainingEndTime! >= job.TrainingStartTime!);
    const rmse = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'validation:rmse');
    assert.ok(rmse!.Value! < 0.2, `validation:rmse ${rmse?.Value}`);
    artifacts = job.ModelArtifacts!.S3ModelArtifacts!;
    assert.equal(artifacts, `s3://${Bucket}/output/xgboost-1/output/model.tar.gz`);
    const model = await s3.send(new HeadObjectCommand({ Bucket, Key: 'output/xgboost-1/output/model.tar.gz' }));
    assert.ok(model.ContentLength! > 0);
  });

  it('refuses a second job of the name', async () => {
    await assert.rejects(
      sagemaker.send(new CreateTrainingJobCommand(xgboostJob(server, 'xgboost-1', Bucket))),
      (error: Error) => error.name === 'ResourceInUse' && /already exists/.test(error.message),
    );
  });

  it('deploys the model to two endpoints, which answer by themselves', async () => {
    const RoleArn = server.environment.WILDSAGE_ROLE_ARN;
    await sagemaker.send(
      new CreateModelCommand({
        ModelName: 'xgboost',
        ExecutionRoleArn: RoleArn,
        PrimaryContainer: { Image: XGBOOST, ModelDataUrl: artifacts },
      }),
    );
    for (const EndpointName of ['first', 'second']) {
      await sagemaker.send(
        new CreateEndpointConfigCommand({
          EndpointConfigName: EndpointName,
          ProductionVariants: [
            { VariantName: 'all', ModelName: 'xgboost', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
          ],
        }),
      );
      await sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName: EndpointName }));
    }
    for (const EndpointName of ['first', 'second']) {
      await waitUntilEndpointInService({ client: sagemaker, ...WAIT }, { EndpointName });
      const answer = await runtime.send(
        new InvokeEndpointCommand({
          EndpointName,
          ContentType: 'text/csv',
          Accept: 'application/json',
          Body: '0.9,0.1\n0.1,0.9\n',
        }),
      );
      assert.equal(answer.InvokedProductionVariant, 'all');
      const { predictions } = JSON.parse(answer.Body.transformToString());
      const scores = predictions.map(({ score }: { score: number }) => score);
      assert.ok(Math.abs(scores[0] - 2.5) < 0.4 && Math.abs(scores[1] + 1.5) < 0.4, String(scores));
    }
  });

  it('tells an endpoint that is not there, and a body that the model cannot read', async () => {
    const invoke = (EndpointName: string, Body: string) =>
      runtime.send(new InvokeEndpointCommand({ EndpointName, ContentType: 'text/csv', Body }));
    await assert.rejects(invoke('third', '1,2'), {
      name: 'ValidationError',
      message: 'Endpoint third of account 111122223333 not found.',
    });
    await assert.rejects(invoke('first', 'no,numbers'), (error: Error & { OriginalStatusCode?: number }) => {
      assert.equal(error.name, 'ModelError');
      assert.equal(error.OriginalStatusCode, 415);
      assert.match(error.message, /^Received client error \(415\) from primary with message/);
      return true;
    });
  });

  it('reads logs and metrics of job and endpoint back', async () => {
    const streams: string[] = [];
    const logGroupName = '/aws/sagemaker/TrainingJobs';
    for await (const page of paginateDescribeLogStreams({ client: logs }, { logGroupName })) {
      streams.push(...page.logStreams!.map(({ logStreamName }) => logStreamName!));
    }
    assert.equal(streams.length, 1);
    assert.match(streams[0]!, /^xgboost-1\/algo-1-\d+$/);
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName, filterPattern: '"validation-rmse"' }),
    );
    assert.equal(events.length, 30);

    const names = new Set<string>();
    for await (const page of paginateListMetrics({ client: cloudwatch }, { Namespace: 'AWS/SageMaker' })) {
      for (const { MetricName } of page.Metrics!) names.add(MetricName!);
    }
    for (const name of ['Invocations', 'ModelLatency', 'OverheadLatency', 'Invocation4XXErrors']) {
      assert.ok(names.has(name), `${name} is not among ${[...names]}`);
    }
    const now = Date.now();
    const sumOf = async (EndpointName: string) => {
      const { MetricDataResults = [] } = await cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(now - 3_600_000),
          EndTime: new Date(now + 60_000),
          MetricDataQueries: [
            {
              Id: 'invocations',
              MetricStat: {
                Metric: {
                  Namespace: 'AWS/SageMaker',
                  MetricName: 'Invocations',
                  Dimensions: [
                    { Name: 'EndpointName', Value: EndpointName },
                    { Name: 'VariantName', Value: 'all' },
                  ],
                },
                Period: 3600,
                Stat: 'Sum',
              },
            },
          ],
        }),
      );
      return MetricDataResults[0]!.Values!.reduce((sum, value) => sum + value, 0);
    };
    await until('the invocations are counted', async () => (await sumOf('first')) === 2);
    assert.equal(await sumOf('second'), 1);
  });

  it('leafs through lists by the SDK’s paginators', async () => {
    for (const number of ['a', 'b', 'c', 'd']) {
      await sagemaker.send(
        new CreateModelCommand({
          ModelName: `page-${number}`,
          ExecutionRoleArn: server.environment.WILDSAGE_ROLE_ARN,
          PrimaryContainer: { Image: XGBOOST },
        }),
      );
    }
    const pages: string[][] = [];
    const asked = { NameContains: 'page-', SortBy: 'Name', SortOrder: 'Ascending' } as const;
    for await (const { Models = [] } of paginateListModels({ client: sagemaker, pageSize: 3 }, asked)) {
      pages.push(Models.map(({ ModelName }) => ModelName!));
    }
    assert.deepEqual(pages, [['page-a', 'page-b', 'page-c'], ['page-d']]);
    const jobs: string[] = [];
    for await (const page of paginateListTrainingJobs({ client: sagemaker, pageSize: 1 }, {})) {
      jobs.push(...page.TrainingJobSummaries!.map(({ TrainingJobName }) => TrainingJobName!));
    }
    assert.deepEqual(jobs, ['xgboost-1']);
  });

  it('uploads 30 MB in parts, and hands them out by a presigned URL', async () => {
    const Body = randomBytes(30 << 20);
    const upload = new Upload({ client: s3, partSize: 5 << 20, queueSize: 4, params: { Bucket, Key: 'big', Body } });
    assert.match((await upload.done()).ETag!, /-6"$/);
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'big' }), { expiresIn: 60 });
    const response = await fetch(url);
    assert.equal(response.status, 200);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    assert.equal(digest(new Uint8Array(await response.arrayBuffer())), digest(Body));

    const putUrl = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'by/url' }), { expiresIn: 60 });
    assert.equal((await fetch(putUrl, { method: 'PUT', body: 'hello' })).status, 200);
    assert.equal((await fetch(putUrl.replace('by/url', 'by/other'), { method: 'PUT', body: 'x' })).status, 403);
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket })) {
      keys.push(...Contents.map(({ Key }) => Key!));
    }
    assert.deepEqual(keys, [
      'big',
      'by/url',
      'data/train/part-1.csv',
      'data/train/part-2.csv',
      'data/validation/rows.csv',
      'output/xgboost-1/output/model.tar.gz',
    ]);
  });

  it('deletes the endpoints', async () => {
    for (const EndpointName of ['first', 'second']) {
      await sagemaker.send(new DeleteEndpointCommand({ EndpointName }));
      await waitUntilEndpointDeleted({ client: sagemaker, ...WAIT }, { EndpointName });
    }
  });
});
