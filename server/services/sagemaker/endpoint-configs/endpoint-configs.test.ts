import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DescribeEndpointConfigCommandOutput, ListEndpointConfigsCommandOutput } from '@aws-sdk/client-sagemaker';
import { sagemakerFeatures } from '../index.ts';
import { openTestPlatform, type TestPlatform, XGBOOST } from '../testing/index.ts';

let test: TestPlatform;

before(async () => {
  test = await openTestPlatform(sagemakerFeatures);
  const PrimaryContainer = { Image: XGBOOST };
  await test.call('CreateModel', { ModelName: 'model', PrimaryContainer, ExecutionRoleArn: test.roleArn });
});
after(() => test.close());

const variant = { VariantName: 'A', ModelName: 'model', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 };
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:${test.scope.accountId}:endpoint-config/${name}`;

const create = (name: string, rest: object = {}) =>
  test.call('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants: [variant], ...rest });
const describeConfig = (name: string) =>
  test.call<DescribeEndpointConfigCommandOutput>('DescribeEndpointConfig', { EndpointConfigName: name });

describe('endpoint configurations', () => {
  it('are described as they were created, a weight being 1 by default', async () => {
    await create('Config', { DataCaptureConfig: { EnableCapture: false }, KmsKeyId: 'key' });
    const config = await describeConfig('Config');
    assert.deepEqual(config.ProductionVariants, [{ ...variant, InitialVariantWeight: 1 }]);
    assert.equal(config.EndpointConfigArn, arnOf('config'));
    assert.equal(config.KmsKeyId, 'key');
  });

  it('have names of their own', async () => {
    await create('taken');
    await assert.rejects(create('Taken'), {
      code: 'ValidationException',
      message: `Cannot create already existing endpoint configuration "${arnOf('taken')}".`,
    });
  });

  it('are gone when deleted', async () => {
    await create('gone');
    await test.call('DeleteEndpointConfig', { EndpointConfigName: 'gone' });
    await assert.rejects(describeConfig('gone'), {
      code: 'ValidationException',
      message: `Could not find endpoint configuration "${arnOf('gone')}".`,
    });
  });

  it('are listed', async () => {
    await create('in-the-list');
    const { EndpointConfigs } = await test.call<ListEndpointConfigsCommandOutput>('ListEndpointConfigs', {
      NameContains: 'in-the',
    });
    assert.deepEqual(
      EndpointConfigs?.map(({ EndpointConfigName }) => EndpointConfigName),
      ['in-the-list'],
    );
  });
});

describe('CreateEndpointConfig refuses', () => {
  const withVariant = (rest: object) => ({ ProductionVariants: [{ ...variant, ...rest }] });
  const refused: [string, object, RegExp][] = [
    ['a model that is not there', withVariant({ ModelName: 'none' }), /^Could not find model "arn:.*:model\/none"\.$/],
    ['a variant name twice', { ProductionVariants: [variant, variant] }, /different VariantNames/],
    ['a variant without model', withVariant({ ModelName: undefined }), /inference components/],
    ['a variant without instances', withVariant({ InstanceType: undefined }), /You must provide InstanceType/],
    ['serverless variants', withVariant({ ServerlessConfig: { MemorySizeInMB: 1 } }), /ServerlessConfig is not sup/],
    [
      'managed scaling',
      withVariant({ ManagedInstanceScaling: { Status: 'ENABLED' } }),
      /is only supported for inference/,
    ],
    ['shadow variants', { ShadowProductionVariants: [variant] }, /ShadowProductionVariants is not supported/],
    ['asynchronous inference', { AsyncInferenceConfig: { OutputConfig: {} } }, /AsyncInferenceConfig is not supported/],
    ['explainers', { ExplainerConfig: { ClarifyExplainerConfig: {} } }, /ExplainerConfig is not supported/],
    ['data capture', { DataCaptureConfig: { EnableCapture: true } }, /DataCaptureConfig is not supported/],
  ];
  for (const [what, rest, message] of refused) {
    it(what, async () => {
      await assert.rejects(create('refused', rest), { code: 'ValidationException', message });
      await assert.rejects(describeConfig('refused'), { message: /^Could not find endpoint configuration/ });
    });
  }
});
