import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ownerArn } from './workload.ts';

it('a workload knows the ARN of the resource that it belongs to', () => {
  const scope = { accountId: '111122223333', region: 'cn-north-1' };
  const owner = { kind: 'sagemaker/training-job', name: 'j', ...scope };
  assert.equal(ownerArn({ owner, scope }), 'arn:aws-cn:sagemaker:cn-north-1:111122223333:training-job/j');
});
