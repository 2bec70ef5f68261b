import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CreateModelCommandOutput, ListTagsCommandOutput } from '@aws-sdk/client-sagemaker';
import { sagemakerFeatures } from '../index.ts';
import { openTestPlatform, type TestPlatform, XGBOOST } from '../testing/index.ts';
import { tagOperations } from './operations.ts';

let test: TestPlatform;
let arn: string;

before(async () => {
  test = await openTestPlatform(sagemakerFeatures);
  const input = { ModelName: 'Tagged', PrimaryContainer: { Image: XGBOOST }, Tags: [{ Key: 'a', Value: '1' }] };
  arn = (await test.call<CreateModelCommandOutput>('CreateModel', input)).ModelArn!;
});
after(() => test.close());

/** Key and value of each tag. */
const pairs = async () => (await list()).Tags?.map(({ Key, Value }) => [Key, Value]);
const list = (input: object = {}) => test.call<ListTagsCommandOutput>('ListTags', { ResourceArn: arn, ...input });

describe('tags', () => {
  it('are there from the creation on, and can be added, overwritten and taken away', async () => {
    assert.deepEqual(await pairs(), [['a', '1']]);
    await test.call('AddTags', {
      ResourceArn: arn,
      Tags: [
        { Key: 'b', Value: '2' },
        { Key: 'a', Value: '3' },
      ],
    });
    assert.deepEqual(await pairs(), [
      ['a', '3'],
      ['b', '2'],
    ]);
    await test.call('DeleteTags', { ResourceArn: arn, TagKeys: ['a', 'never-there'] });
    assert.deepEqual(await pairs(), [['b', '2']]);
  });

  it('fit onto one page: a token is none of ours', async () => {
    await assert.rejects(list({ NextToken: 'made-up' }), {
      code: 'ValidationException',
      message: 'Invalid pagination token.',
    });
  });

  it('are found by the name as the client wrote it, too', async () => {
    assert.equal((await list({ ResourceArn: arn.replace('tagged', 'Tagged') })).Tags?.length, 1);
  });

  it('are checked against policies by the ARN as it is', () => {
    const { AddTags } = tagOperations(test.platform.resources);
    const shouted = { ResourceArn: arn.replace('tagged', 'TAGGED'), Tags: [{ Key: 'k', Value: 'v' }] };
    const [permission] = AddTags!.permissions!(shouted, test.contextOf('AddTags'));
    assert.deepEqual(permission, {
      action: 'sagemaker:AddTags',
      resource: arn,
      conditions: { 'aws:TagKeys': ['k'], 'aws:RequestTag/k': 'v' },
    });
  });

  it('of what is not there, or belongs to another account, are refused', async () => {
    for (const missing of [`${arn}-none`, arn.replace(test.scope.accountId, '999999999999')]) {
      await assert.rejects(list({ ResourceArn: missing }), { code: 'ValidationException', message: /Could not find/ });
    }
  });
});
