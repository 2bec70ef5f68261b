import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Resource } from '../../../resources/resource-store.ts';
import { compileMetricFilter } from '../../../telemetry/index.ts';
import { XGBOOST } from '../testing/index.ts';
import { metricDefinitionsOf } from './built-in-metrics.ts';
import { withDefaults } from './defaults.ts';
import type { TrainingJob } from './resource.ts';
import { workloadFor } from './workload.ts';

const createdAt = new Date('2025-01-01T00:00:00.750Z');

const jobWith = (request: object = {}): Resource<TrainingJob> => ({
  accountId: '123456789012',
  region: 'eu-west-1',
  kind: 'sagemaker/training-job',
  name: 'My-Job',
  arn: 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/my-job',
  version: 1,
  createdAt,
  modifiedAt: createdAt,
  doc: {
    request: withDefaults({
      TrainingJobName: 'My-Job',
      RoleArn: 'arn:aws:iam::123456789012:role/R',
      AlgorithmSpecification: { TrainingImage: 'my-image', TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: 's3://bucket/out/' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 },
      ...request,
    }),
    status: 'InProgress',
    transitions: [],
    attempt: 0,
  },
});

const fileOf = (workload: ReturnType<typeof workloadFor>, name: string) =>
  JSON.parse(workload.files!.find(({ path }) => path === `/opt/ml/input/config/${name}`)!.content);

describe('the workload of a training job', () => {
  it('has a name, an owner and log streams that are the same each time', () => {
    const workload = workloadFor(jobWith());
    assert.deepEqual(workload, workloadFor(jobWith()));
    assert.equal(workload.name, 'training-job.123456789012.eu-west-1.My-Job.0');
    assert.deepEqual(workload.logs.streams, ['My-Job/algo-1-1735689600', 'My-Job/algo-2-1735689600']);
    assert.equal(workload.logs.group, '/aws/sagemaker/TrainingJobs');
    assert.deepEqual(workload.usage, {
      namespace: '/aws/sagemaker/TrainingJobs',
      dimensions: [{ Host: 'My-Job/algo-1' }, { Host: 'My-Job/algo-2' }],
    });
  });

  it('is told to train, unless the request brings its own command', () => {
    assert.deepEqual(workloadFor(jobWith()).arguments, ['train']);
    const own = workloadFor(
      jobWith({
        AlgorithmSpecification: {
          TrainingImage: 'i',
          TrainingInputMode: 'File',
          ContainerEntrypoint: ['/bin/bash'],
          ContainerArguments: ['run.sh'],
        },
      }),
    );
    assert.deepEqual([own.entrypoint, own.arguments], [['/bin/bash'], ['run.sh']]);
  });

  it('puts the model and the output data below the output path', () => {
    const [model, data] = workloadFor(jobWith()).outputs!;
    assert.deepEqual(model, {
      path: '/opt/ml/model',
      s3Uri: 's3://bucket/out/My-Job/output/model.tar.gz',
      form: 'tar.gz',
      when: 'EndOfJob',
    });
    assert.equal(data!.s3Uri, 's3://bucket/out/My-Job/output/output.tar.gz');
    const plain = jobWith({ OutputDataConfig: { S3OutputPath: 's3://bucket', CompressionType: 'NONE' } });
    assert.deepEqual(
      workloadFor(plain).outputs!.map(({ s3Uri, form }) => [s3Uri, form]),
      [
        ['s3://bucket/My-Job/output/model/', 'files'],
        ['s3://bucket/My-Job/output/data/', 'files'],
      ],
    );
  });

  it('restores checkpoints and keeps them up to date', () => {
    const outputs = workloadFor(jobWith({ CheckpointConfig: { S3Uri: 's3://bucket/ckpt' } })).outputs!;
    assert.deepEqual(outputs.at(-1), {
      path: '/opt/ml/checkpoints',
      s3Uri: 's3://bucket/ckpt',
      form: 'files',
      when: 'Continuous',
      skipEmpty: true,
      restore: true,
    });
  });

  it('tells the program where its checkpoints belong', () => {
    const { files } = workloadFor(jobWith({ CheckpointConfig: { S3Uri: 's3://bucket/ckpt', LocalPath: '/opt/ml/c' } }));
    const file = files!.find(({ path }) => path === '/opt/ml/input/config/checkpointconfig.json');
    assert.deepEqual(JSON.parse(file!.content), { S3Uri: 's3://bucket/ckpt', LocalPath: '/opt/ml/c' });
  });

  it('writes hyperparameters and channels down as SageMaker does', () => {
    const workload = workloadFor(
      jobWith({
        HyperParameters: { max_depth: '5' },
        InputDataConfig: [
          {
            ChannelName: 'train',
            ContentType: 'text/csv',
            InputMode: 'FastFile',
            DataSource: {
              S3DataSource: {
                S3DataType: 'S3Prefix',
                S3Uri: 'https://s3.eu-west-1.amazonaws.com/bucket/a%20b/',
                S3DataDistributionType: 'ShardedByS3Key',
              },
            },
          },
        ],
      }),
    );
    assert.deepEqual(fileOf(workload, 'hyperparameters.json'), { max_depth: '5' });
    assert.deepEqual(fileOf(workload, 'inputdataconfig.json'), {
      train: {
        ContentType: 'text/csv',
        TrainingInputMode: 'FastFile',
        S3DistributionType: 'ShardedByS3Key',
        RecordWrapperType: 'None',
      },
    });
    assert.equal(workload.inputs![0]!.s3Uri, 's3://bucket/a b/');
    assert.equal(workload.inputs![0]!.path, '/opt/ml/input/data/train');
    assert.equal(workload.inputs![0]!.mode, 'FastFile');
  });

  it('tells each group of instances of the channels that it has', () => {
    const channel = (name: string, groups?: string[]) => ({
      ChannelName: name,
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://bucket/a/', InstanceGroupNames: groups } },
    });
    const group = (name: string, type: string, count: number) => ({
      InstanceGroupName: name,
      InstanceType: type,
      InstanceCount: count,
    });
    const workload = workloadFor(
      jobWith({
        ResourceConfig: { InstanceGroups: [group('data', 'ml.c5.xlarge', 2), group('gpu', 'ml.g5.xlarge', 1)] },
        InputDataConfig: [channel('all'), channel('one', ['gpu'])],
      }),
    );
    assert.deepEqual(
      workload
        .files!.filter(({ path }) => path.endsWith('inputdataconfig.json'))
        .map(({ groups, content }) => [groups, Object.keys(JSON.parse(content))]),
      [
        [['data'], ['all']],
        [['gpu'], ['all', 'one']],
      ],
    );
    assert.deepEqual(
      workload.inputs!.map(({ groups }) => groups),
      [undefined, ['gpu']],
    );
    assert.deepEqual(workload.instanceGroups, [
      { name: 'data', instanceType: 'ml.c5.xlarge', instanceCount: 2 },
      { name: 'gpu', instanceType: 'ml.g5.xlarge', instanceCount: 1 },
    ]);
    assert.equal(workload.logs.streams.length, 3);
  });

  it('cannot be told to be another job by its environment', () => {
    const { environment } = workloadFor(jobWith({ Environment: { A: '1', TRAINING_JOB_NAME: 'other' } }));
    assert.equal(environment.A, '1');
    assert.equal(environment.TRAINING_JOB_NAME, 'My-Job');
    assert.equal(environment.TRAINING_JOB_ARN, 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/my-job');
  });
});

describe('the metrics of a training job', () => {
  const find = (line: string) =>
    metricDefinitionsOf({ TrainingImage: XGBOOST, TrainingInputMode: 'File' }).flatMap(({ Name, Regex }) => {
      const value = compileMetricFilter(Regex!)(line);
      return value === undefined ? [] : [[Name, value]];
    });

  it('are found in the lines of XGBoost, with a tab or its escape', () => {
    const expected = [
      ['train:rmse', 1.5],
      ['validation:rmse', 2.25e-1],
    ];
    assert.deepEqual(find('[12]#011train-rmse:1.5#011validation-rmse:2.25e-1'), expected);
    assert.deepEqual(find('[12]\ttrain-rmse:1.5\tvalidation-rmse:2.25e-1'), expected);
    assert.deepEqual(find('nothing of the kind'), []);
  });

  it('of an algorithm are no more than a request may define', () => {
    assert.equal(metricDefinitionsOf({ TrainingImage: XGBOOST, TrainingInputMode: 'File' }).length, 40);
  });

  it('of the request come first and win', () => {
    const own = { Name: 'validation:rmse', Regex: 'mine=(.*)' };
    const all = metricDefinitionsOf({ TrainingImage: XGBOOST, TrainingInputMode: 'File', MetricDefinitions: [own] });
    assert.deepEqual(all[0], own);
    assert.equal(all.filter(({ Name }) => Name === 'validation:rmse').length, 1);
  });

  it('are only those of the request for other images', () => {
    assert.deepEqual(metricDefinitionsOf({ TrainingImage: 'my/xgboost-like:1', TrainingInputMode: 'File' }), []);
  });
});
