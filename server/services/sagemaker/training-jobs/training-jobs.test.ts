import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type {
  CreateTrainingJobCommandOutput,
  DescribeTrainingJobCommandOutput,
  ListTrainingJobsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { sagemakerFeatures } from '../index.ts';
import { openTestPlatform, type TestPlatform, XGBOOST } from '../testing/index.ts';
import { trainingJobs, workloadName } from './resource.ts';

const KIND = 'sagemaker/training-job';
let test: TestPlatform;
let count = 0;

before(async () => {
  test = await openTestPlatform(sagemakerFeatures);
  await test.platform.objects.createBucket('bucket', test.scope);
  await test.platform.objects.put('bucket', 'data/train.csv', Buffer.from('1,2\n'));
  const other = { accountId: '999999999999', region: 'us-east-1' };
  await test.platform.objects.createBucket('foreign', other);
  await test.platform.objects.put('foreign', 'm', Buffer.from('secret'));
});
after(() => test.close());

const channel = (uri = 's3://bucket/data') => ({
  ChannelName: 'train',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri } },
});

const request = (rest: object = {}) => ({
  TrainingJobName: `job-${++count}`,
  AlgorithmSpecification: { TrainingImage: XGBOOST, TrainingInputMode: 'File' },
  RoleArn: test.roleArn,
  InputDataConfig: [channel()],
  OutputDataConfig: { S3OutputPath: 's3://bucket/out' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
  ...rest,
});

async function created(rest: object = {}): Promise<string> {
  const input = request(rest);
  await test.call('CreateTrainingJob', input);
  return input.TrainingJobName;
}

const describeJob = (name: string) =>
  test.call<DescribeTrainingJobCommandOutput>('DescribeTrainingJob', { TrainingJobName: name });
const workloadOf = (name: string, attempt = 0) => workloadName(test.scope, name, attempt);
const reconcile = (name: string) => test.reconcile(KIND, name);

async function running(rest: object = {}): Promise<string> {
  const name = await created(rest);
  await reconcile(name);
  test.compute.move(workloadOf(name), 'downloading');
  test.compute.move(workloadOf(name), 'running');
  await reconcile(name);
  return name;
}

describe('CreateTrainingJob', () => {
  it('records the wish and answers with an ARN in lower case', async () => {
    const name = `Job-${++count}`;
    const input = request({ TrainingJobName: name });
    const { TrainingJobArn: arn } = await test.call<CreateTrainingJobCommandOutput>('CreateTrainingJob', input);
    assert.equal(arn, `arn:aws:sagemaker:us-east-1:${test.scope.accountId}:training-job/${name.toLowerCase()}`);
    const job = await describeJob(name);
    assert.equal(job.TrainingJobName, name);
    assert.equal(job.TrainingJobStatus, 'InProgress');
    assert.equal(job.SecondaryStatus, 'Starting');
    assert.equal(job.ModelArtifacts, undefined);
  });

  it('shows what SageMaker takes for settings that were left out', async () => {
    const job = await describeJob(await created());
    assert.deepEqual(job.StoppingCondition, { MaxRuntimeInSeconds: 86_400 });
    assert.deepEqual(job.OutputDataConfig, {
      KmsKeyId: '',
      S3OutputPath: 's3://bucket/out',
      CompressionType: 'GZIP',
    });
    const { CompressionType, RecordWrapperType, DataSource } = job.InputDataConfig![0]!;
    assert.deepEqual([CompressionType, RecordWrapperType], ['None', 'None']);
    assert.equal(DataSource?.S3DataSource?.S3DataDistributionType, 'FullyReplicated');
    assert.equal(job.AlgorithmSpecification?.EnableSageMakerMetricsTimeSeries, false);
    assert.deepEqual(
      [job.EnableNetworkIsolation, job.EnableInterContainerTrafficEncryption, job.EnableManagedSpotTraining],
      [false, false, false],
    );
    assert.equal(job.ProfilingStatus, 'Disabled');
  });

  it('lets one of two jobs of a name through, whatever the case', async () => {
    const name = await created();
    for (const taken of [name, name.toUpperCase()]) {
      await assert.rejects(test.call('CreateTrainingJob', request({ TrainingJobName: taken })), {
        code: 'ResourceInUse',
        message: new RegExp(`^Training job names must be unique .* already exists \\(arn:.*/${name}\\)$`),
      });
    }
  });

  const group = (InstanceGroupName: string, InstanceCount = 1) => ({
    InstanceGroupName,
    InstanceType: 'ml.m5.large',
    InstanceCount,
  });
  const refused: [string, () => object, RegExp][] = [
    ['no algorithm', () => ({ AlgorithmSpecification: undefined }), /You must provide AlgorithmSpecification/],
    [
      'an algorithm resource',
      () => ({ AlgorithmSpecification: { AlgorithmName: 'a', TrainingInputMode: 'File' } }),
      /AlgorithmSpecification\.AlgorithmName is not supported/,
    ],
    [
      'an unknown image',
      () => ({ AlgorithmSpecification: { TrainingImage: 'unknown', TrainingInputMode: 'File' } }),
      /No runtime for the image/,
    ],
    ['no resources', () => ({ ResourceConfig: undefined }), /You must provide ResourceConfig/],
    [
      'groups of instances beside one type',
      () => ({ ResourceConfig: { InstanceType: 'ml.m5.large', InstanceGroups: [group('a')] } }),
      /^You must provide either InstanceGroups, or InstanceType and InstanceCount, not both/,
    ],
    [
      'two groups of instances of one name',
      () => ({ ResourceConfig: { InstanceGroups: [group('a'), group('a')] } }),
      /^The InstanceGroups must have different InstanceGroupNames/,
    ],
    [
      'groups without instances',
      () => ({ ResourceConfig: { InstanceGroups: [group('a', 0)] } }),
      /^InstanceGroups must have at least one instance/,
    ],
    [
      'a channel for a group that is not there',
      () => ({
        ResourceConfig: { InstanceGroups: [group('a')] },
        InputDataConfig: [
          {
            ChannelName: 'c',
            DataSource: { S3DataSource: { ...channel().DataSource.S3DataSource, InstanceGroupNames: ['b'] } },
          },
        ],
      }),
      /^Channel c names the instance group b, which the job does not have/,
    ],
    ['rules to evaluate', () => ({ DebugRuleConfigurations: [{}] }), /DebugRuleConfigurations is not supported/],
    ['a missing role', () => ({ RoleArn: `${test.roleArn}-missing` }), /^Could not assume role arn:.*-missing\. /],
    [
      'data that is not there',
      () => ({ InputDataConfig: [channel('s3://bucket/nothing')] }),
      /^No S3 objects found under S3 URL "s3:\/\/bucket\/nothing" given in input data source/,
    ],
    [
      'a bucket that is not there',
      () => ({ InputDataConfig: [channel('s3://no-such-bucket/x')] }),
      /^No S3 objects found/,
    ],
    [
      'data that the role may not list',
      () => ({ InputDataConfig: [channel('s3://foreign/m')] }),
      /^No S3 objects found under S3 URL .* "s3:ListBucket" permissions on bucket "foreign"\.$/,
    ],
    ['a channel twice', () => ({ InputDataConfig: [channel(), channel()] }), /different names/],
    [
      'a file system',
      () => ({ InputDataConfig: [{ ChannelName: 'c', DataSource: { FileSystemDataSource: { x: 1 } } }] }),
      /FileSystemDataSource is not supported/,
    ],
    [
      'an output path outside S3',
      () => ({ OutputDataConfig: { S3OutputPath: 'https://example.com/x' } }),
      /^Invalid OutputDataConfig\.S3OutputPath/,
    ],
    [
      'a channel that would be a path',
      () => ({ InputDataConfig: [{ ...channel(), ChannelName: '..' }] }),
      /cannot be the name of a channel/,
    ],
    [
      'checkpoints outside of /opt/ml',
      () => ({ CheckpointConfig: { S3Uri: 's3://bucket/c', LocalPath: '/opt/ml/../../etc' } }),
      /^Invalid CheckpointConfig\.LocalPath/,
    ],
    [
      'a metric whose pattern has no group',
      () => ({
        AlgorithmSpecification: {
          TrainingImage: XGBOOST,
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'loss', Regex: 'loss=.*' }],
        },
      }),
      /^Invalid metric definition loss: the regular expression "loss=\.\*" has no group/,
    ],
    [
      'spot without a waiting time',
      () => ({ EnableManagedSpotTraining: true }),
      /^Invalid MaxWaitTimeInSeconds\. It must be present/,
    ],
    [
      'a waiting time without spot',
      () => ({ StoppingCondition: { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 2 } }),
      /^Invalid MaxWaitTimeInSeconds\. It is only supported when EnableManagedSpotTraining is set to true$/,
    ],
  ];
  for (const [what, rest, message] of refused) {
    it(`refuses ${what}`, async () => {
      const input = request(rest());
      await assert.rejects(test.call('CreateTrainingJob', input), { code: 'ValidationException', message });
      await assert.rejects(describeJob(input.TrainingJobName), { message: 'Requested resource not found.' });
    });
  }

  it('takes an output path that nobody can write to, as AWS does: the job fails when it stores its model', async () => {
    for (const bucket of ['no-such-bucket', 'foreign']) {
      const name = await created({ OutputDataConfig: { S3OutputPath: `s3://${bucket}/x` } });
      assert.equal((await describeJob(name)).TrainingJobStatus, 'InProgress');
    }
  });

  it('takes what SDKs send by default, and gives it back', async () => {
    const extra = {
      DebugHookConfig: { S3OutputPath: 's3://bucket/debug', CollectionConfigurations: [] },
      ProfilerConfig: { DisableProfiler: true },
      ExperimentConfig: { RunName: 'run' },
      Environment: { A: 'b' },
      RetryStrategy: { MaximumRetryAttempts: 2 },
    };
    const job = await describeJob(await created(extra));
    for (const [field, value] of Object.entries(extra)) assert.deepEqual(job[field as keyof typeof extra], value);
  });

  it('asks for the job, its tags and its role', async () => {
    const { CreateTrainingJob } = sagemakerFeatures(test.platform)[0]!.operations;
    const permissions = CreateTrainingJob!.permissions!(
      request({ TrainingJobName: 'Name', Tags: [{ Key: 'team', Value: 'a' }] }),
      test.contextOf('CreateTrainingJob'),
    );
    assert.deepEqual(
      permissions.map(({ action }) => action),
      ['sagemaker:CreateTrainingJob', 'sagemaker:AddTags', 'iam:PassRole'],
    );
    assert.match(permissions[0]!.resource, /:training-job\/name$/);
    assert.deepEqual(permissions[0]!.conditions?.['sagemaker:InstanceTypes'], ['ml.m5.large']);
    assert.equal(permissions[0]!.conditions?.['aws:RequestTag/team'], 'a');
    assert.equal(permissions[2]!.conditions?.['iam:PassedToService'], 'sagemaker.amazonaws.com');
  });
});

describe('a training job', () => {
  it('runs, and shows each stage', async () => {
    const name = await running();
    const job = await describeJob(name);
    assert.equal(job.TrainingJobStatus, 'InProgress');
    assert.equal(job.SecondaryStatus, 'Training');
    assert.ok(job.TrainingStartTime instanceof Date);
    assert.equal(job.TrainingEndTime, undefined);
  });

  it('ends with its model, its times and its last metrics, and frees its disk', async () => {
    const name = await running();
    test.platform.telemetry.putMetrics(test.scope, '/aws/sagemaker/TrainingJobs', [
      { name: 'train:rmse', dimensions: { TrainingJobName: name }, value: 0.5, timestamp: Date.parse('2025-01-01') },
    ]);
    test.pass(90);
    test.compute.move(workloadOf(name), 'uploading');
    test.compute.move(workloadOf(name), 'exited', { outcome: { kind: 'succeeded' } });
    await reconcile(name);
    const job = await describeJob(name);
    assert.equal(job.TrainingJobStatus, 'Completed');
    assert.equal(job.SecondaryStatus, 'Completed');
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, `s3://bucket/out/${name}/output/model.tar.gz`);
    assert.equal(job.TrainingTimeInSeconds, 90);
    assert.equal(job.BillableTimeInSeconds, 90);
    assert.deepEqual(
      job.FinalMetricDataList?.map((metric) => [metric.MetricName, metric.Value]),
      [['train:rmse', 0.5]],
    );
    assert.equal(test.compute.workloads.has(workloadOf(name)), false);
  });

  it('fails with the reason, without a model', async () => {
    const name = await running();
    const outcome = { kind: 'failed', at: 'program', exitCode: 1, message: 'boom' } as const;
    test.compute.move(workloadOf(name), 'exited', { outcome });
    await reconcile(name);
    const job = await describeJob(name);
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.equal(job.FailureReason, 'AlgorithmError: boom, exit code: 1');
    assert.equal(job.ModelArtifacts, undefined);
  });

  it('fails when its workload is lost, and keeps the stages that were seen', async () => {
    const name = await running();
    test.compute.lose(workloadOf(name));
    await reconcile(name);
    const job = await describeJob(name);
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason!, /^InternalServerError: /);
    assert.deepEqual(
      job.SecondaryStatusTransitions?.map(({ Status }) => Status),
      ['Starting', 'Pending', 'Downloading', 'Training', 'Failed'],
    );
    assert.equal(test.compute.workloads.has(workloadOf(name)), false);
  });

  it('leaves nothing running when the store is emptied while it is started', async () => {
    const name = await created();
    test.compute.onStart = () => test.platform.resources.delete(trainingJobs, test.scope, name);
    await reconcile(name);
    test.compute.onStart = undefined;
    assert.equal(test.compute.workloads.has(workloadOf(name)), false);
  });

  it('begins anew after the machine failed, when it was asked to', async () => {
    const name = await running({ RetryStrategy: { MaximumRetryAttempts: 1 } });
    const outcome = { kind: 'failed', at: 'machine', message: 'gone' } as const;
    test.compute.move(workloadOf(name), 'exited', { outcome });
    await reconcile(name);
    assert.deepEqual(
      [...test.compute.workloads.keys()].filter((key) => key.includes(`${name}.`)),
      [workloadOf(name, 1)],
    );
    test.compute.move(workloadOf(name, 1), 'running');
    test.compute.move(workloadOf(name, 1), 'exited', { outcome: { kind: 'succeeded' } });
    await reconcile(name);
    assert.equal((await describeJob(name)).TrainingJobStatus, 'Completed');
  });
});

describe('StopTrainingJob', () => {
  it('shows Stopping at once, and Stopped with the model when the program has ended', async () => {
    const name = await running();
    test.pass(1);
    await test.call('StopTrainingJob', { TrainingJobName: name });
    const stopping = await describeJob(name);
    assert.equal(stopping.TrainingJobStatus, 'Stopping');
    assert.equal(stopping.SecondaryStatus, 'Stopping');
    await reconcile(name);
    assert.ok(test.compute.stopped.has(workloadOf(name)));
    test.compute.move(workloadOf(name), 'exited', { outcome: { kind: 'stopped', because: 'asked' } });
    await reconcile(name);
    const job = await describeJob(name);
    assert.equal(job.TrainingJobStatus, 'Stopped');
    assert.equal(job.SecondaryStatus, 'Stopped');
    assert.match(job.ModelArtifacts!.S3ModelArtifacts!, /model\.tar\.gz$/);
  });

  it('ends a job that has not started without running it', async () => {
    const name = await created();
    await test.call('StopTrainingJob', { TrainingJobName: name });
    await reconcile(name);
    assert.equal((await describeJob(name)).TrainingJobStatus, 'Stopped');
    assert.equal(test.compute.workloads.has(workloadOf(name)), false);
  });

  it('refuses in the words of SageMaker when the job is over', async () => {
    const name = await created();
    await test.call('StopTrainingJob', { TrainingJobName: name });
    await reconcile(name);
    await assert.rejects(test.call('StopTrainingJob', { TrainingJobName: name }), {
      code: 'ValidationException',
      message: 'The request was rejected because the training job is in status Stopped.',
    });
  });

  it('refuses a job that is not there', async () => {
    await assert.rejects(test.call('StopTrainingJob', { TrainingJobName: 'missing' }), {
      code: 'ValidationException',
      message: 'Requested resource not found.',
    });
  });
});

describe('DeleteTrainingJob', () => {
  it('takes a job that is over, and frees its name', async () => {
    const name = await running();
    await assert.rejects(test.call('DeleteTrainingJob', { TrainingJobName: name }), { code: 'ResourceInUse' });
    test.compute.move(workloadOf(name), 'exited', { outcome: { kind: 'succeeded' } });
    await reconcile(name);
    await test.call('DeleteTrainingJob', { TrainingJobName: name });
    assert.equal((await describeJob(name)).TrainingJobStatus, 'Deleting');
    await reconcile(name);
    await assert.rejects(describeJob(name), { message: 'Requested resource not found.' });
    await test.call('CreateTrainingJob', request({ TrainingJobName: name }));
  });
});

describe('UpdateTrainingJob', () => {
  it('changes the settings of a running job only', async () => {
    const name = await running();
    await test.call('UpdateTrainingJob', { TrainingJobName: name, ProfilerConfig: { DisableProfiler: true } });
    assert.deepEqual((await describeJob(name)).ProfilerConfig, { DisableProfiler: true });
    await test.call('StopTrainingJob', { TrainingJobName: name });
    await assert.rejects(test.call('UpdateTrainingJob', { TrainingJobName: name }), {
      message: 'The request was rejected because the training job is in status Stopping.',
    });
  });
});

describe('ListTrainingJobs', () => {
  const names = async (input: object) => {
    const { TrainingJobSummaries: list } = await test.call<ListTrainingJobsCommandOutput>('ListTrainingJobs', input);
    return list!.map((summary) => summary.TrainingJobName);
  };

  it('gives the newest first, ten to a page, and the way on', async () => {
    const made: string[] = [];
    for (let index = 0; index < 12; index++) {
      test.pass(1);
      made.unshift(await created({ TrainingJobName: `listed-${index}` }));
    }
    const first = await test.call<ListTrainingJobsCommandOutput>('ListTrainingJobs', { NameContains: 'LISTED' });
    assert.deepEqual(
      first.TrainingJobSummaries!.map((summary) => summary.TrainingJobName),
      made.slice(0, 10),
    );
    assert.deepEqual(await names({ NameContains: 'LISTED', NextToken: first.NextToken }), made.slice(10));
  });

  it('filters by status and sorts by name', async () => {
    await test.call('StopTrainingJob', { TrainingJobName: 'listed-3' });
    assert.deepEqual(await names({ NameContains: 'listed', StatusEquals: 'Stopping' }), ['listed-3']);
    assert.deepEqual(await names({ NameContains: 'listed', SortBy: 'Name', SortOrder: 'Ascending', MaxResults: 2 }), [
      'listed-0',
      'listed-1',
    ]);
  });

  it('finds none by warm pool', async () => {
    assert.deepEqual(await names({ WarmPoolStatusEquals: 'Available' }), []);
  });
});
