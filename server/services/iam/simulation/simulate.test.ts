import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../../errors.ts';
import { contextOf, inputPolicies, simulate } from './simulate.ts';

const principal = { accountId: '1', arn: 'arn:aws:iam::1:user/a', isRoot: false };
const Condition = { StringEquals: { 'aws:PrincipalTag/t': 'x' } };
const text = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::a/*', Condition },
    { Effect: 'Deny', Action: 's3:Delete*', Resource: '*' },
  ],
});
const simulation = { identity: inputPolicies([text]), principal, context: contextOf() };
const tag = { ContextKeyName: 'aws:PrincipalTag/t', ContextKeyValues: ['x'], ContextKeyType: 'string' as const };
const on = ['arn:aws:s3:::a/b'];

describe('a simulation', () => {
  it('gives a decision for each action on each resource', () => {
    const results = simulate(simulation, ['s3:GetObject', 's3:DeleteObject'], [...on, 'arn:aws:s3:::c/d']);
    assert.deepEqual(
      results.map(({ EvalActionName, EvalResourceName, EvalDecision }) => [
        EvalActionName,
        EvalResourceName,
        EvalDecision,
      ]),
      [
        ['s3:GetObject', 'arn:aws:s3:::a/b', 'implicitDeny'],
        ['s3:GetObject', 'arn:aws:s3:::c/d', 'implicitDeny'],
        ['s3:DeleteObject', 'arn:aws:s3:::a/b', 'explicitDeny'],
        ['s3:DeleteObject', 'arn:aws:s3:::c/d', 'explicitDeny'],
      ],
    );
  });

  it('names the condition keys that it missed, and takes them into account', () => {
    const [without] = simulate(simulation, ['s3:GetObject'], on);
    assert.deepEqual(without?.MissingContextValues, ['aws:principaltag/t']);
    const [withTag] = simulate({ ...simulation, context: contextOf([tag]) }, ['s3:GetObject'], on);
    assert.equal(withTag?.EvalDecision, 'allowed');
    assert.deepEqual(
      withTag?.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
      ['PolicyInputList.1'],
    );
  });

  it('says whether a permissions boundary would allow it', () => {
    const boundary = inputPolicies([
      JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:Put*', Resource: '*' } }),
    ]);
    const bounded = { ...simulation, context: contextOf([tag]), boundary: boundary.map(({ policy }) => policy) };
    const results = simulate(bounded, ['s3:GetObject', 's3:PutObject'], on);
    assert.deepEqual(
      results.map((result) => [
        result.EvalDecision,
        result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
      ]),
      [
        ['implicitDeny', false],
        ['allowed', true],
      ],
    );
  });

  it('refuses what is no action', () => {
    assert.throws(
      () => simulate(simulation, ['GetObject']),
      (error) => error instanceof ServiceError && error.code === 'InvalidInput',
    );
  });
});
