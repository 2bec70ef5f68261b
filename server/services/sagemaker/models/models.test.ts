import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type {
  CreateModelCommandOutput,
  DescribeModelCommandOutput,
  ListModelsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { sagemakerFeatures } from '../index.ts';
import { openTestPlatform, type TestPlatform, XGBOOST } from '../testing/index.ts';

let test: TestPlatform;

before(async () => {
  test = await openTestPlatform(sagemakerFeatures);
  await test.platform.objects.createBucket('bucket', test.scope);
  await test.platform.objects.put('bucket', 'm/model.tar.gz', Buffer.from('x'));
  const other = { accountId: '999999999999', region: 'us-east-1' };
  await test.platform.objects.createBucket('foreign', other);
  await test.platform.objects.put('foreign', 'm.tar.gz', Buffer.from('secret'));
});
after(() => test.close());

const container = { Image: XGBOOST, ModelDataUrl: 's3://bucket/m/model.tar.gz' };
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:${test.scope.accountId}:model/${name}`;

const create = (name: string, rest: object = {}) =>
  test.call<CreateModelCommandOutput>('CreateModel', {
    ModelName: name,
    PrimaryContainer: container,
    ExecutionRoleArn: test.roleArn,
    ...rest,
  });
const describeModel = (name: string) => test.call<DescribeModelCommandOutput>('DescribeModel', { ModelName: name });

describe('models', () => {
  it('are described as they were created, with the defaults', async () => {
    assert.equal((await create('My-Model')).ModelArn, arnOf('my-model'));
    const model = await describeModel('My-Model');
    assert.deepEqual(model.PrimaryContainer, {
      ...container,
      Mode: 'SingleModel',
      Environment: {},
      ModelDataSource: {
        S3DataSource: { S3Uri: container.ModelDataUrl, S3DataType: 'S3Object', CompressionType: 'Gzip' },
      },
    });
    assert.equal(model.ExecutionRoleArn, test.roleArn);
    assert.equal(model.EnableNetworkIsolation, false);
    assert.equal(model.ModelName, 'My-Model');
  });

  it('can be made again from their description', async () => {
    await create('original');
    const { PrimaryContainer } = await describeModel('original');
    await create('copy', { PrimaryContainer });
    assert.deepEqual((await describeModel('copy')).PrimaryContainer, PrimaryContainer);
  });

  it('may give their one container as a list', async () => {
    await create('listed', { PrimaryContainer: undefined, Containers: [container] });
    const model = await describeModel('listed');
    assert.equal(model.PrimaryContainer, undefined);
    assert.equal(model.Containers?.[0]?.Image, XGBOOST);
  });

  it('may be a prefix of uncompressed files', async () => {
    const s3 = { S3Uri: 's3://bucket/m/', S3DataType: 'S3Prefix', CompressionType: 'None' };
    await create('prefix', { PrimaryContainer: { Image: XGBOOST, ModelDataSource: { S3DataSource: s3 } } });
    assert.equal(
      (await describeModel('prefix')).PrimaryContainer?.ModelDataSource?.S3DataSource?.S3DataType,
      'S3Prefix',
    );
  });

  it('have names that are taken in any case', async () => {
    await create('taken');
    for (const name of ['taken', 'TAKEN']) {
      await assert.rejects(create(name), {
        code: 'ValidationException',
        message: `Cannot create already existing model "${arnOf('taken')}".`,
      });
    }
  });

  it('are gone when deleted', async () => {
    await create('short-lived');
    await test.call('DeleteModel', { ModelName: 'short-lived' });
    const missing = { code: 'ValidationException', message: `Could not find model "${arnOf('short-lived')}".` };
    await assert.rejects(describeModel('short-lived'), missing);
    await assert.rejects(test.call('DeleteModel', { ModelName: 'short-lived' }), missing);
  });

  it('are listed newest first, page by page', async () => {
    for (let index = 0; index < 3; index++) {
      test.pass(1);
      await create(`page-${index}`);
    }
    const list = (input: object) =>
      test.call<ListModelsCommandOutput>('ListModels', { NameContains: 'page', ...input });
    const first = await list({ MaxResults: 2 });
    assert.deepEqual(
      first.Models?.map(({ ModelName }) => ModelName),
      ['page-2', 'page-1'],
    );
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });
    assert.deepEqual(
      second.Models?.map(({ ModelName }) => ModelName),
      ['page-0'],
    );
    assert.equal(second.NextToken, undefined);
  });
});

describe('CreateModel refuses', () => {
  const refused: [string, () => object, RegExp][] = [
    ['no container', () => ({ PrimaryContainer: undefined }), /You must provide PrimaryContainer or Containers/],
    ['both forms', () => ({ Containers: [container] }), /not both/],
    [
      'a pipeline of containers',
      () => ({ PrimaryContainer: undefined, Containers: [container, container] }),
      /more than one container is not supported/,
    ],
    ['many models in one', () => ({ PrimaryContainer: { ...container, Mode: 'MultiModel' } }), /Mode MultiModel/],
    ['a model package', () => ({ PrimaryContainer: { ModelPackageName: 'p' } }), /ModelPackageName is not supported/],
    [
      'a container without image',
      () => ({ PrimaryContainer: {} }),
      /^Specify one of either Image and Model Data URL or ModelPackageName in container definition\.$/,
    ],
    [
      'model data in two places',
      () => ({
        PrimaryContainer: {
          ...container,
          ModelDataSource: {
            S3DataSource: { S3Uri: 's3://bucket/x', S3DataType: 'S3Object', CompressionType: 'Gzip' },
          },
        },
      }),
      /either ModelDataUrl or ModelDataSource/,
    ],
    ['an unknown image', () => ({ PrimaryContainer: { Image: 'unknown' } }), /No runtime for the image/],
    [
      'model data that is not there',
      () => ({ PrimaryContainer: { ...container, ModelDataUrl: 's3://bucket/none.tar.gz' } }),
      /^Could not find model data at s3:\/\/bucket\/none\.tar\.gz\.$/,
    ],
    [
      'model data in a bucket that is not there',
      () => ({ PrimaryContainer: { ...container, ModelDataUrl: 's3://no-such-bucket/m.tar.gz' } }),
      /^Could not find model data/,
    ],
    [
      'model data outside S3',
      () => ({ PrimaryContainer: { ...container, ModelDataUrl: 'https://example.com/m.tar.gz' } }),
      /^Invalid ModelDataUrl/,
    ],
    [
      'model data without a role to read them',
      () => ({ ExecutionRoleArn: undefined }),
      /^You must provide ExecutionRoleArn for a model with model data\.$/,
    ],
    [
      'model data that the role may not read',
      () => ({ PrimaryContainer: { ...container, ModelDataUrl: 's3://foreign/m.tar.gz' } }),
      /^Could not access model data at s3:\/\/foreign\/m\.tar\.gz\. .* "s3:GetObject" permissions .* us-east-1\.$/,
    ],
    [
      'a role of another account',
      () => ({ ExecutionRoleArn: 'arn:aws:iam::999999999999:role/R' }),
      /Cross-account pass role is not allowed/,
    ],
    [
      'a role that is not there',
      () => ({ ExecutionRoleArn: `${test.roleArn}-none` }),
      /^The execution role ARN "arn:.*-none" is invalid\. Please ensure that the role exists/,
    ],
  ];
  for (const [what, rest, message] of refused) {
    it(what, async () => {
      await assert.rejects(create('refused', rest()), { code: 'ValidationException', message });
      await assert.rejects(describeModel('refused'), { message: /^Could not find model/ });
    });
  }
});
