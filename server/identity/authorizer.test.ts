import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Caller } from './identity.ts';
import { roles, users } from './kinds.ts';

import {
  allowing,
  clock,
  code,
  executionRole,
  model,
  newHome,
  newRole,
  newUser,
  type Opened,
  opened,
  policy,
  SAGEMAKER,
  userKey,
} from './test-homes.ts';

let made = 0;

describe('authorization', () => {
  const callerOf = async (it: Opened, own?: string): Promise<Caller> =>
    it.identity.callerOf(await userKey(it, `u${made++}`, own))!;

  it('says in AWS words why not', async () => {
    await opened(newHome(), async (it) => {
      const nobody = await callerOf(it);
      assert.throws(
        () => it.identity.authorize(nobody, [model]),
        code(
          'AccessDeniedException',
          /^User: arn:aws:iam::\d{12}:user\/u\d+ is not authorized to perform: sagemaker:CreateModel on resource: arn:aws:sagemaker:us-east-1:1:model\/m because no identity-based policy allows the sagemaker:CreateModel action$/,
        ),
      );
      const denied = await callerOf(it, policy({ Effect: 'Deny', Action: '*', Resource: '*' }));
      assert.throws(
        () => it.identity.authorize(denied, [model]),
        code('AccessDeniedException', /on resource: \S+ with an explicit deny in an identity-based policy$/),
      );
    });
  });

  it('follows a change at once', async () => {
    await opened(newHome(), async (it) => {
      const { identity, accountId } = it;
      const caller = await callerOf(it, allowing('sagemaker:*'));
      const name = caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
      assert.equal(identity.isAllowed(caller, model), true);
      await identity.directory.update(users, accountId, name, (user) => ({ ...user, inlinePolicies: {} }));
      assert.equal(identity.isAllowed(caller, model), false);
    });
  });

  it('knows the tags of resources, and looks them up only for callers whose policies ask', async () => {
    await opened(newHome(), async (it) => {
      const tagged = { ...model, action: 'sagemaker:DeleteModel' };
      await it.resources.addTags(model.resource, [{ Key: 'Team', Value: 'blue' }]);
      const rights = async (caller: Caller) => {
        const resourceTags = await it.identity.resourceTags(caller, [tagged]);
        return it.identity.isAllowed(caller, tagged, { resourceTags });
      };
      const withCondition = (condition: object) =>
        callerOf(it, policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals: condition } }));
      assert.equal(await rights(await withCondition({ 'aws:ResourceTag/team': 'blue' })), true);
      assert.equal(await rights(await withCondition({ 'sagemaker:ResourceTag/Team': 'blue' })), true);
      assert.equal(await rights(await withCondition({ 'iam:ResourceTag/Team': 'blue' })), false);
      assert.equal(await rights(await withCondition({ 'aws:ResourceTag/Team': 'red' })), false);
      assert.equal(await rights(await withCondition({ 'aws:ResourceTag/Other': 'blue' })), false);
      assert.equal(it.identity.resourceTags(await callerOf(it, allowing('*')), [tagged]), undefined);
    });
  });

  it("knows the tags of IAM's own resources", async () => {
    await opened(newHome(), async (it) => {
      const caller = await callerOf(
        it,
        policy({
          Effect: 'Allow',
          Action: 'iam:PassRole',
          Resource: '*',
          Condition: { StringEquals: { 'iam:ResourceTag/for': 'jobs' } },
        }),
      );
      const pass = { action: 'iam:PassRole', resource: executionRole(it.accountId) };
      const name = pass.resource.slice(pass.resource.lastIndexOf('/') + 1);
      const mayPass = async () =>
        it.identity.isAllowed(caller, pass, { resourceTags: await it.identity.resourceTags(caller, [pass]) });
      assert.equal(await mayPass(), false);
      const tags = [{ Key: 'for', Value: 'jobs' }];
      await it.identity.directory.update(roles, it.accountId, name, (role) => ({ ...role, tags }));
      assert.equal(await mayPass(), true);
    });
  });

  it('knows the facts that conditions ask for', async () => {
    await opened(newHome(), async (it) => {
      const conditions = {
        IpAddress: { 'aws:SourceIp': '127.0.0.0/8' },
        StringEquals: {
          'aws:RequestedRegion': 'eu-west-1',
          'aws:PrincipalAccount': it.accountId,
          'aws:PrincipalType': 'User',
        },
        DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' },
        StringLike: { 'sagemaker:InstanceTypes': 'ml.*' },
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${it.accountId}:user/*` },
      };
      const caller = await callerOf(it, policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition: conditions }));
      const facts = { sourceIp: '::ffff:127.0.0.1', region: 'eu-west-1', now: clock.now() };
      const asked = { ...model, conditions: { 'sagemaker:InstanceTypes': ['ml.m5.large'] } };
      assert.equal(it.identity.isAllowed(caller, asked, facts), true);
      assert.equal(it.identity.isAllowed(caller, asked, { ...facts, region: 'us-east-1' }), false);
      assert.equal(it.identity.isAllowed(caller, asked, { ...facts, sourceIp: '10.0.0.1' }), false);
    });
  });

  it('gives the execution role what SageMaker needs, and no more', async () => {
    await opened(newHome(), async ({ identity, accountId }) => {
      const { caller } = await identity.assumeForService(executionRole(accountId), SAGEMAKER, 'job');
      const pass = (service: string) => ({
        action: 'iam:PassRole',
        resource: executionRole(accountId),
        conditions: { 'iam:PassedToService': service },
      });
      assert.equal(identity.isAllowed(caller, model), true);
      assert.equal(identity.isAllowed(caller, { action: 's3:PutObject', resource: 'arn:aws:s3:::any/x' }), true);
      assert.equal(identity.isAllowed(caller, pass(SAGEMAKER)), true);
      assert.equal(identity.isAllowed(caller, pass('ec2.amazonaws.com')), false);
      assert.equal(identity.isAllowed(caller, { action: 'iam:CreateUser', resource: '*' }), false);
    });
  });

  it('knows users, roles and policies of an account by the ARNs of every partition', async () => {
    await opened(newHome(), async (it) => {
      const { identity, accountId } = it;
      const inChina = (resource: string) => `arn:aws-cn:iam::${accountId}:${resource}`;
      const role = 'role/AmazonSageMaker-ExecutionRole';
      const caller = await callerOf(it, allowing('iam:PassRole', inChina('role/*')));
      assert.equal(identity.isAllowed(caller, { action: 'iam:PassRole', resource: inChina(role) }), true);
      assert.equal(identity.isAllowed(caller, { action: 'iam:PassRole', resource: executionRole(accountId) }), true);
      const trust = policy({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: inChina(`user/${caller.arn.split('/')[1]}`) },
        Condition: { ArnEquals: { 'aws:PrincipalArn': inChina('user/*') } },
      });
      await identity.directory.create(roles, accountId, 'trusting', newRole(trust));
      const request = { sessionName: 'session', durationSeconds: 900, conditions: {}, facts: {} };
      assert.ok(identity.assumeRole(caller, { ...request, roleArn: inChina('role/trusting') }));
      const readOnly = 'arn:aws-cn:iam::aws:policy/AmazonS3ReadOnlyAccess';
      const attachedPolicies = [readOnly];
      await identity.directory.create(users, accountId, 'reader', { ...newUser(), attachedPolicies });
      const reader: Caller = { ...caller, arn: `arn:aws:iam::${accountId}:user/reader` };
      assert.equal(identity.isAllowed(reader, { action: 's3:GetObject', resource: 'arn:aws-cn:s3:::b/k' }), true);
    });
  });

  it('lets nobody into another account without its say', async () => {
    await opened(newHome(), async (it) => {
      const { identity, accountId } = it;
      const read = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' };
      const eve = identity.callerOf(await userKey(it, 'eve', allowing('s3:*'), '999988887777'))!;
      const facts = { resourceAccountId: accountId };
      assert.equal(identity.isAllowed(eve, read, facts), false);
      const resourcePolicy = policy({
        ...JSON.parse(allowing('s3:GetObject')).Statement[0],
        Principal: { AWS: eve.arn },
      });
      assert.equal(identity.isAllowed(eve, read, { ...facts, resourcePolicy }), true);
    });
  });

  it('lets anyone do what a resource policy opens to all', async () => {
    await opened(newHome(), async ({ identity, accountId }) => {
      const anonymous: Caller = { kind: 'anonymous', accountId: '', arn: '*', userId: '', accessKeyId: '' };
      const read = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' };
      const open = policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', Principal: '*' });
      const facts = { resourceAccountId: accountId };
      assert.equal(identity.isAllowed(anonymous, read, { ...facts, resourcePolicy: open }), true);
      assert.equal(
        identity.isAllowed(anonymous, { ...read, action: 's3:PutObject' }, { ...facts, resourcePolicy: open }),
        false,
      );
      assert.equal(identity.isAllowed(anonymous, read, facts), false);
    });
  });
});
