import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPolicy, isPublic } from './policy-document.ts';

const statement = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: ['s3:GetObject', 's3:Put*'],
  Resource: ['arn:aws:s3:::mine', 'arn:aws:s3:::mine/*'],
};
const check = (more: object) =>
  checkPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, ...more }] }), 'mine');

describe('bucket policies', () => {
  it('speak of their own bucket, with all that a statement needs', () => {
    check({});
    const wrong = [
      { Effect: 'Perhaps' },
      { Principal: undefined },
      { Action: undefined },
      { Action: 'ec2:RunInstances' },
      { Resource: undefined },
      { Resource: 'arn:aws:s3:::mine-too/*' },
      { Resource: '*' },
    ];
    for (const change of wrong) assert.throws(() => check(change), { code: 'MalformedPolicy' }, JSON.stringify(change));
    for (const text of ['', '[]', '{', 'null', '{"Version":"1","Statement":[]}', '{"Statement":[null]}']) {
      assert.throws(() => checkPolicy(text, 'mine'), { code: 'MalformedPolicy' }, text);
    }
  });

  it('are public when they let anyone in on no condition', () => {
    assert.equal(isPublic(check({})), false);
    assert.equal(isPublic(check({ Principal: '*' })), true);
    assert.equal(isPublic(check({ Principal: { AWS: ['*'] } })), true);
    assert.equal(isPublic(check({ Principal: '*', Effect: 'Deny' })), false);
    assert.equal(isPublic(check({ Principal: '*', Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } })), false);
  });
});
