import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arnOf } from './scope.ts';

describe('arnOf', () => {
  const cases = [
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eusc-de-east-1', 'aws-eusc'],
  ] as const;
  for (const [region, partition] of cases) {
    it(`names the partition ${partition} for ${region}`, () => {
      const scope = { accountId: '123456789012', region };
      assert.equal(arnOf(scope, 'sagemaker', 'model/m'), `arn:${partition}:sagemaker:${region}:123456789012:model/m`);
    });
  }
});
