import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  type CreatePolicyVersionCommandInput,
  IAM,
  paginateListPolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import { systemClock } from '../../clock.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createRequestMetrics } from '../../gateway/request-metrics.ts';
import { serveFeatures } from '../../gateway/served-services.ts';
import { openIdentity } from '../../identity/index.ts';
import { silentLogger } from '../../logger.ts';
import type { Platform } from '../../platform.ts';
import { openResourceStore } from '../../resources/index.ts';
import { stsFeatures } from '../sts/index.ts';
import { iamFeatures } from './index.ts';

const ACCOUNT = '111122223333';
const ROOT = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'only-for-tests-0123456789' };

let iam: IAM;
let clientAs: (credentials: { accessKeyId: string; secretAccessKey: string }) => IAM;
let stsAs: (credentials: { accessKeyId: string; secretAccessKey: string }) => STS;
let close: () => Promise<void>;

before(async () => {
  const home = mkdtempSync(join(tmpdir(), 'iam-'));
  const foundations = { clock: systemClock, log: silentLogger };
  const config = { home, region: 'us-east-1', accountId: ACCOUNT, rootCredentials: ROOT } as Platform['config'];
  const resources = await openResourceStore({ path: ':memory:' }, foundations);
  const identity = await openIdentity({ config, resources, ...foundations });
  const platform = { config, resources, identity, ...foundations } as Platform;
  const own = { metrics: createRequestMetrics(), health: () => ({}), credentials: async () => undefined };
  const served = await serveFeatures([...iamFeatures(platform), ...stsFeatures(platform)]);
  const server = createGateway({ served, identity, ...foundations, own });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = (credentials: typeof ROOT) => ({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  clientAs = (credentials) => new IAM(connection(credentials));
  stsAs = (credentials) => new STS(connection(credentials));
  iam = clientAs(ROOT);
  close = async () => {
    iam.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await resources.close();
    rmSync(home, { recursive: true });
  };
});

after(() => close());

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allowing = (Action: string | string[], Resource = '*') => policy({ Effect: 'Allow', Action, Resource });
const trusting = (Principal: object) => policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
const forSageMaker = trusting({ Service: 'sagemaker.amazonaws.com' });

const fails = (name: string, message?: string | RegExp) => (error: unknown) => {
  const { name: actual, message: text } = error as Error;
  assert.equal(actual, name, text);
  if (typeof message === 'string') assert.equal(text, message);
  else if (message) assert.match(text, message);
  return true;
};

async function userWithKey(UserName: string, PolicyDocument?: string) {
  await iam.createUser({ UserName });
  if (PolicyDocument) await iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

describe('users', () => {
  it('are made, found, changed and deleted', async () => {
    const { User } = await iam.createUser({ UserName: 'ann', Path: '/ml/', Tags: [{ Key: 'team', Value: 'a' }] });
    assert.equal(User?.Arn, `arn:aws:iam::${ACCOUNT}:user/ml/ann`);
    assert.match(User?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
    assert.deepEqual((await iam.getUser({ UserName: 'ann' })).User?.Tags, [{ Key: 'team', Value: 'a' }]);
    await iam.updateUser({ UserName: 'ann', NewUserName: 'anna', NewPath: '/x/' });
    assert.equal((await iam.getUser({ UserName: 'anna' })).User?.Arn, `arn:aws:iam::${ACCOUNT}:user/x/anna`);
    const { Users } = await iam.listUsers({ PathPrefix: '/x/' });
    assert.deepEqual(
      Users?.map(({ UserName }) => UserName),
      ['anna'],
    );
    await iam.deleteUser({ UserName: 'anna' });
    await assert.rejects(
      iam.getUser({ UserName: 'anna' }),
      fails('NoSuchEntityException', 'The user with name anna cannot be found.'),
    );
  });

  it('exist once', async () => {
    await iam.createUser({ UserName: 'bob' });
    await assert.rejects(
      iam.createUser({ UserName: 'bob' }),
      fails('EntityAlreadyExistsException', 'User with name bob already exists.'),
    );
    await assert.rejects(iam.createUser({ UserName: 'BOB' }), fails('EntityAlreadyExistsException'));
  });

  it('are not deleted while something hangs on them', async () => {
    await userWithKey('busy', allowing('s3:*'));
    await assert.rejects(
      iam.deleteUser({ UserName: 'busy' }),
      fails('DeleteConflictException', /must delete policies first/),
    );
    await iam.deleteUserPolicy({ UserName: 'busy', PolicyName: 'own' });
    await assert.rejects(
      iam.deleteUser({ UserName: 'busy' }),
      fails('DeleteConflictException', /must delete access keys first/),
    );
  });
});

describe('access keys', () => {
  it('work at once, and no longer once inactive or deleted', async () => {
    const key = await userWithKey('keyed', allowing('iam:*'));
    const own = clientAs(key);
    assert.equal((await own.getUser({})).User?.UserName, 'keyed');
    await iam.updateAccessKey({ UserName: 'keyed', AccessKeyId: key.accessKeyId, Status: 'Inactive' });
    await assert.rejects(own.getUser({}), fails('InvalidClientTokenId'));
    await iam.updateAccessKey({ UserName: 'keyed', AccessKeyId: key.accessKeyId, Status: 'Active' });
    assert.equal((await own.listAccessKeys({})).AccessKeyMetadata?.length, 1);
    await iam.deleteAccessKey({ UserName: 'keyed', AccessKeyId: key.accessKeyId });
    await assert.rejects(own.getUser({}), fails('InvalidClientTokenId'));
  });

  it('are two a user at most', async () => {
    await userWithKey('two');
    await iam.createAccessKey({ UserName: 'two' });
    await assert.rejects(
      iam.createAccessKey({ UserName: 'two' }),
      fails('LimitExceededException', 'Cannot exceed quota for AccessKeysPerUser: 2'),
    );
  });

  it('remember their last use', async () => {
    const key = await userWithKey('seen');
    const AccessKeyId = key.accessKeyId;
    assert.equal((await iam.getAccessKeyLastUsed({ AccessKeyId })).AccessKeyLastUsed?.ServiceName, 'N/A');
    await stsAs(key).getCallerIdentity({});
    const { UserName, AccessKeyLastUsed } = await iam.getAccessKeyLastUsed({ AccessKeyId });
    assert.equal(UserName, 'seen');
    assert.equal(AccessKeyLastUsed?.ServiceName, 'sts');
  });

  it('follow a user to a new name', async () => {
    const key = await userWithKey('before', allowing('iam:GetUser'));
    await iam.updateUser({ UserName: 'before', NewUserName: 'after' });
    assert.equal((await clientAs(key).getUser({})).User?.UserName, 'after');
  });
});

describe('roles', () => {
  it('come with two for SageMaker', async () => {
    const { Role } = await iam.getRole({ RoleName: 'AmazonSageMaker-ExecutionRole' });
    assert.equal(Role?.Arn, `arn:aws:iam::${ACCOUNT}:role/AmazonSageMaker-ExecutionRole`);
    const trust = JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!));
    assert.equal(trust.Statement[0].Principal.Service, 'sagemaker.amazonaws.com');
    const { AttachedPolicies } = await iam.listAttachedRolePolicies({ RoleName: 'SageMakerRole' });
    assert.deepEqual(
      AttachedPolicies?.map(({ PolicyName }) => PolicyName),
      ['AmazonS3FullAccess', 'AmazonSageMakerFullAccess'],
    );
  });

  it('are made, changed, tagged and deleted', async () => {
    const RoleName = 'job-role';
    const { Role } = await iam.createRole({
      RoleName,
      Path: '/a/b/',
      AssumeRolePolicyDocument: forSageMaker,
      Description: 'd',
    });
    assert.equal(Role?.Arn, `arn:aws:iam::${ACCOUNT}:role/a/b/job-role`);
    assert.equal(Role?.MaxSessionDuration, 3600);
    await iam.updateRole({ RoleName, MaxSessionDuration: 7200, Description: 'e' });
    await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trusting({ AWS: ACCOUNT }) });
    await iam.tagRole({
      RoleName,
      Tags: [
        { Key: 'team', Value: 'a' },
        { Key: 'stage', Value: 'b' },
      ],
    });
    await iam.untagRole({ RoleName, TagKeys: ['STAGE'] });
    assert.deepEqual((await iam.listRoleTags({ RoleName })).Tags, [{ Key: 'team', Value: 'a' }]);
    const changed = (await iam.getRole({ RoleName })).Role;
    assert.equal(changed?.MaxSessionDuration, 7200);
    assert.match(decodeURIComponent(changed?.AssumeRolePolicyDocument ?? ''), /111122223333/);
    await iam.deleteRole({ RoleName });
    await assert.rejects(
      iam.getRole({ RoleName }),
      fails('NoSuchEntityException', 'The role with name job-role cannot be found.'),
    );
  });

  it('refuse trust policies that are none', async () => {
    const create = (AssumeRolePolicyDocument: string) => iam.createRole({ RoleName: 'bad', AssumeRolePolicyDocument });
    await assert.rejects(create('{'), fails('MalformedPolicyDocumentException', 'This policy contains invalid Json'));
    await assert.rejects(
      create(allowing('sts:AssumeRole')),
      fails('MalformedPolicyDocumentException', 'Has prohibited field Resource'),
    );
  });

  it('list page by page', async () => {
    for (let i = 0; i < 5; i++)
      await iam.createRole({ RoleName: `paged-${i}`, AssumeRolePolicyDocument: forSageMaker });
    const names: string[] = [];
    for await (const page of paginateListRoles({ client: iam, pageSize: 2 }, {})) {
      assert.ok(page.Roles!.length <= 2);
      names.push(...page.Roles!.map(({ RoleName }) => RoleName!));
    }
    assert.equal(names.filter((name) => name.startsWith('paged-')).length, 5);
  });

  it('may belong to a service', async () => {
    const AWSServiceName = 'sagemaker.application-autoscaling.amazonaws.com';
    const { Role } = await iam.createServiceLinkedRole({ AWSServiceName });
    assert.equal(
      Role?.Arn,
      `arn:aws:iam::${ACCOUNT}:role/aws-service-role/${AWSServiceName}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
    );
    await assert.rejects(iam.createServiceLinkedRole({ AWSServiceName }), fails('InvalidInputException'));
  });
});

describe('instance profiles', () => {
  const profile = { InstanceProfileName: 'machines' };

  it('hold one role, which cannot be deleted meanwhile', async () => {
    const RoleName = 'of-machines';
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting({ Service: 'ec2.amazonaws.com' }) });
    const Tags = [{ Key: 'k', Value: 'v' }];
    const { InstanceProfile } = await iam.createInstanceProfile({ ...profile, Path: '/a/', Tags });
    assert.equal(InstanceProfile!.Arn, `arn:aws:iam::${ACCOUNT}:instance-profile/a/machines`);
    await assert.rejects(iam.createInstanceProfile(profile), fails('EntityAlreadyExistsException'));
    await iam.addRoleToInstanceProfile({ ...profile, RoleName });
    await assert.rejects(
      iam.addRoleToInstanceProfile({ ...profile, RoleName }),
      fails('LimitExceededException', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1'),
    );
    const { InstanceProfiles } = await iam.listInstanceProfilesForRole({ RoleName });
    assert.deepEqual(
      InstanceProfiles!.map(({ InstanceProfileName, Roles }) => [InstanceProfileName, Roles![0]!.RoleName]),
      [['machines', RoleName]],
    );
    assert.deepEqual((await iam.getInstanceProfile(profile)).InstanceProfile!.Tags, Tags);
    const inUse = fails('DeleteConflictException', /must remove roles from instance profile first/);
    await assert.rejects(iam.deleteRole({ RoleName }), inUse);
    await assert.rejects(iam.deleteInstanceProfile(profile), inUse);
    await iam.removeRoleFromInstanceProfile({ ...profile, RoleName });
    await iam.deleteRole({ RoleName });
    await iam.deleteInstanceProfile(profile);
    await assert.rejects(iam.getInstanceProfile(profile), fails('NoSuchEntityException'));
  });

  it('have tags', async () => {
    await iam.createInstanceProfile({ InstanceProfileName: 'tagged' });
    await iam.tagInstanceProfile({ InstanceProfileName: 'tagged', Tags: [{ Key: 'k', Value: 'v' }] });
    const listed = await iam.listInstanceProfileTags({ InstanceProfileName: 'tagged' });
    assert.deepEqual(listed.Tags, [{ Key: 'k', Value: 'v' }]);
    await iam.untagInstanceProfile({ InstanceProfileName: 'tagged', TagKeys: ['k'] });
    await iam.deleteInstanceProfile({ InstanceProfileName: 'tagged' });
  });
});

describe('managed policies', () => {
  it('have up to five versions, one of which counts', async () => {
    const { Policy } = await iam.createPolicy({ PolicyName: 'versioned', PolicyDocument: allowing('s3:GetObject') });
    const PolicyArn = Policy!.Arn!;
    assert.equal(PolicyArn, `arn:aws:iam::${ACCOUNT}:policy/versioned`);
    for (let i = 2; i <= 5; i++) {
      const document: CreatePolicyVersionCommandInput = {
        PolicyArn,
        PolicyDocument: allowing(`s3:v${i}`),
        SetAsDefault: i === 3,
      };
      assert.equal((await iam.createPolicyVersion(document)).PolicyVersion?.VersionId, `v${i}`);
    }
    await assert.rejects(
      iam.createPolicyVersion({ PolicyArn, PolicyDocument: allowing('s3:*') }),
      fails('LimitExceededException', /can have up to 5 versions/),
    );
    assert.equal((await iam.getPolicy({ PolicyArn })).Policy?.DefaultVersionId, 'v3');
    await assert.rejects(iam.deletePolicyVersion({ PolicyArn, VersionId: 'v3' }), fails('DeleteConflictException'));
    await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' });
    await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v3' });
    const { Versions } = await iam.listPolicyVersions({ PolicyArn });
    assert.deepEqual(
      Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
      [
        ['v5', false],
        ['v4', false],
        ['v2', false],
        ['v1', true],
      ],
    );
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' });
    assert.equal(decodeURIComponent(PolicyVersion!.Document!), allowing('s3:GetObject'));
    await assert.rejects(iam.deletePolicy({ PolicyArn }), fails('DeleteConflictException', /more than one version/));
  });

  it('stay while they are attached', async () => {
    const { Policy } = await iam.createPolicy({ PolicyName: 'held', PolicyDocument: allowing('s3:*') });
    const PolicyArn = Policy!.Arn!;
    await iam.createRole({ RoleName: 'holder', AssumeRolePolicyDocument: forSageMaker });
    await iam.attachRolePolicy({ RoleName: 'holder', PolicyArn });
    assert.equal((await iam.getPolicy({ PolicyArn })).Policy?.AttachmentCount, 1);
    const { PolicyRoles } = await iam.listEntitiesForPolicy({ PolicyArn });
    assert.deepEqual(
      PolicyRoles?.map(({ RoleName }) => RoleName),
      ['holder'],
    );
    await assert.rejects(
      iam.deletePolicy({ PolicyArn }),
      fails('DeleteConflictException', 'Cannot delete a policy attached to entities.'),
    );
    await iam.detachRolePolicy({ RoleName: 'holder', PolicyArn });
    await assert.rejects(iam.detachRolePolicy({ RoleName: 'holder', PolicyArn }), fails('NoSuchEntityException'));
    await iam.deletePolicy({ PolicyArn });
    await assert.rejects(iam.attachRolePolicy({ RoleName: 'holder', PolicyArn }), fails('NoSuchEntityException'));
  });

  it('of AWS are listed, read, and not changed', async () => {
    const arns: string[] = [];
    for await (const page of paginateListPolicies({ client: iam, pageSize: 10 }, { Scope: 'AWS' })) {
      arns.push(...page.Policies!.map(({ Arn }) => Arn!));
    }
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSageMakerFullAccess';
    assert.ok(arns.includes(PolicyArn));
    assert.equal(new Set(arns).size, arns.length);
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' });
    assert.match(decodeURIComponent(PolicyVersion!.Document!), /sagemaker:\*/);
    await assert.rejects(iam.deletePolicy({ PolicyArn }), fails('ValidationError'));
  });
});

describe('the ARN of another partition', () => {
  it('names the same policy', async () => {
    await iam.createUser({ UserName: 'wei' });
    const { Policy } = await iam.createPolicy({ PolicyName: 'own-in-china', PolicyDocument: allowing('s3:*') });
    for (const arn of ['arn:aws:iam::aws:policy/AmazonS3FullAccess', Policy!.Arn!]) {
      const PolicyArn = arn.replace('arn:aws:', 'arn:aws-cn:');
      await iam.attachUserPolicy({ UserName: 'wei', PolicyArn });
      assert.equal((await iam.getPolicy({ PolicyArn })).Policy!.Arn, arn);
      const { AttachedPolicies } = await iam.listAttachedUserPolicies({ UserName: 'wei' });
      assert.deepEqual(
        AttachedPolicies!.map(({ PolicyArn }) => PolicyArn),
        [arn],
      );
      await iam.detachUserPolicy({ UserName: 'wei', PolicyArn });
    }
    await iam.deletePolicy({ PolicyArn: Policy!.Arn!.replace('arn:aws:', 'arn:aws-us-gov:') });
    await iam.deleteUser({ UserName: 'wei' });
  });
});

describe('inline policies and groups', () => {
  it('are kept as they were written', async () => {
    const RoleName = 'inlined';
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: forSageMaker });
    const PolicyDocument = allowing(['s3:GetObject', 's3:List*'], "arn:aws:s3:::a!'()*/ü");
    await iam.putRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument });
    const found = await iam.getRolePolicy({ RoleName, PolicyName: 'p' });
    assert.match(found.PolicyDocument!, /^[A-Za-z0-9\-._~%]*$/);
    assert.equal(decodeURIComponent(found.PolicyDocument!), PolicyDocument);
    assert.deepEqual((await iam.listRolePolicies({ RoleName })).PolicyNames, ['p']);
    await assert.rejects(iam.deleteRole({ RoleName }), fails('DeleteConflictException'));
    await iam.deleteRolePolicy({ RoleName, PolicyName: 'p' });
    await assert.rejects(
      iam.getRolePolicy({ RoleName, PolicyName: 'p' }),
      fails('NoSuchEntityException', 'The role policy with name p cannot be found.'),
    );
  });

  it('of a group hold for its members, as long as they are members', async () => {
    const own = clientAs(await userWithKey('member'));
    await iam.createGroup({ GroupName: 'readers' });
    await iam.attachGroupPolicy({ GroupName: 'readers', PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' });
    await assert.rejects(
      own.listRoles({}),
      fails(
        'AccessDenied',
        `User: arn:aws:iam::${ACCOUNT}:user/member is not authorized to perform: iam:ListRoles on resource: * ` +
          'because no identity-based policy allows the iam:ListRoles action',
      ),
    );
    await iam.addUserToGroup({ GroupName: 'readers', UserName: 'member' });
    assert.ok((await own.listRoles({})).Roles);
    assert.deepEqual(
      (await own.listGroupsForUser({ UserName: 'member' })).Groups?.map(({ GroupName }) => GroupName),
      ['readers'],
    );
    assert.deepEqual(
      (await own.getGroup({ GroupName: 'readers' })).Users?.map(({ UserName }) => UserName),
      ['member'],
    );
    await assert.rejects(iam.deleteGroup({ GroupName: 'readers' }), fails('DeleteConflictException'));
    await iam.removeUserFromGroup({ GroupName: 'readers', UserName: 'member' });
    await assert.rejects(own.listRoles({}), fails('AccessDenied'));
  });

  it('stop at a permissions boundary', async () => {
    const own = clientAs(await userWithKey('bounded', allowing('iam:*')));
    const { Policy } = await iam.createPolicy({ PolicyName: 'bound', PolicyDocument: allowing('iam:Get*') });
    await iam.putUserPermissionsBoundary({ UserName: 'bounded', PermissionsBoundary: Policy!.Arn! });
    assert.ok((await own.getUser({})).User?.PermissionsBoundary);
    await assert.rejects(
      own.listRoles({}),
      fails('AccessDenied', /because no permissions boundary allows the iam:ListRoles action$/),
    );
    await iam.deleteUserPermissionsBoundary({ UserName: 'bounded' });
    assert.ok((await own.listRoles({})).Roles);
  });
});

describe('simulation', () => {
  const decisions = (results: { EvalActionName?: string; EvalDecision?: string }[] = []) =>
    Object.fromEntries(results.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]));

  it('tells what a role may do', async () => {
    const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:role/SageMakerRole`;
    const ActionNames = ['sagemaker:CreateTrainingJob', 's3:PutObject', 'ecr:GetAuthorizationToken', 'iam:CreateUser'];
    const { EvaluationResults } = await iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames });
    assert.deepEqual(decisions(EvaluationResults), {
      'sagemaker:CreateTrainingJob': 'allowed',
      's3:PutObject': 'allowed',
      'ecr:GetAuthorizationToken': 'allowed',
      'iam:CreateUser': 'implicitDeny',
    });
    assert.equal(EvaluationResults?.[0]?.MatchedStatements?.[0]?.SourcePolicyId, 'AmazonSageMakerFullAccess');
    await assert.rejects(
      iam.simulatePrincipalPolicy({ PolicySourceArn: `${PolicySourceArn}x`, ActionNames }),
      fails('NoSuchEntityException'),
    );
  });
});

describe('the account', () => {
  it('sums up and tells everything', async () => {
    const { SummaryMap } = await iam.getAccountSummary({});
    const { RoleDetailList, UserDetailList } = await iam.getAccountAuthorizationDetails({ MaxItems: 1000 });
    assert.equal(SummaryMap?.Roles, RoleDetailList?.length);
    assert.equal(SummaryMap?.Users, UserDetailList?.length);
    assert.deepEqual((await iam.listAccountAliases({})).AccountAliases, []);
  });
});
