import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { IAM } from '@aws-sdk/client-iam';
import { type Credentials, STS } from '@aws-sdk/client-sts';
import { createGateway } from '../../gateway/gateway.ts';
import { createRequestMetrics } from '../../gateway/request-metrics.ts';
import { serveFeatures } from '../../gateway/served-services.ts';
import { openIdentity } from '../../identity/index.ts';
import { silentLogger } from '../../logger.ts';
import type { Platform } from '../../platform.ts';
import { openResourceStore } from '../../resources/index.ts';
import { iamFeatures } from '../iam/index.ts';
import { stsFeatures } from './index.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const ACCOUNT = '111122223333';
const ROOT: Keys = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'only-for-tests-0123456789' };

let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
let iam: IAM;
let iamAs: (keys: Keys) => IAM;
let stsAs: (keys: Keys) => STS;
let close: () => Promise<void>;

before(async () => {
  const home = mkdtempSync(join(tmpdir(), 'sts-'));
  const foundations = { clock, log: silentLogger };
  const config = { home, region: 'us-east-1', accountId: ACCOUNT, rootCredentials: ROOT } as Platform['config'];
  const resources = await openResourceStore({ path: ':memory:' }, foundations);
  const identity = await openIdentity({ config, resources, ...foundations });
  const platform = { config, resources, identity, ...foundations } as Platform;
  const own = { metrics: createRequestMetrics(), health: () => ({}), credentials: async () => undefined };
  const served = await serveFeatures([...iamFeatures(platform), ...stsFeatures(platform)]);
  const server = createGateway({ served, identity, ...foundations, own });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = (credentials: Keys) => ({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    systemClockOffset: ahead,
  });
  iamAs = (keys) => new IAM(connection(keys));
  stsAs = (keys) => new STS(connection(keys));
  iam = iamAs(ROOT);
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await resources.close();
    rmSync(home, { recursive: true });
  };
});

after(() => close());

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allowing = (Action: string | string[], Resource = '*') => policy({ Effect: 'Allow', Action, Resource });

const keysOf = (answer: Credentials | undefined): Keys => ({
  accessKeyId: answer!.AccessKeyId!,
  secretAccessKey: answer!.SecretAccessKey!,
  sessionToken: answer!.SessionToken!,
});

const fails = (name: string, message?: RegExp) => (error: unknown) => {
  const { name: actual, message: text } = error as Error;
  assert.equal(actual, name, text);
  if (message) assert.match(text, message);
  return true;
};

async function userKey(UserName: string, own?: string): Promise<Keys> {
  await iam.createUser({ UserName });
  if (own) await iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument: own });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

async function roleArn(RoleName: string, Principal: object, Condition?: object, more: object = {}): Promise<string> {
  const Action = ['sts:AssumeRole', 'sts:TagSession'];
  const AssumeRolePolicyDocument = policy({ Effect: 'Allow', Principal, Action, Condition });
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument, ...more });
  await iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: allowing(['iam:*', 'sts:*']) });
  return Role!.Arn!;
}

describe('GetCallerIdentity', () => {
  it('tells root and users who they are, with no permission at all', async () => {
    const root = await stsAs(ROOT).getCallerIdentity({});
    assert.deepEqual([root.Account, root.Arn, root.UserId], [ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`, ACCOUNT]);
    const user = await stsAs(
      await userKey('who', policy({ Effect: 'Deny', Action: '*', Resource: '*' })),
    ).getCallerIdentity({});
    assert.equal(user.Arn, `arn:aws:iam::${ACCOUNT}:user/who`);
    assert.match(user.UserId!, /^AIDA/);
  });

  it('refuses a wrong secret and an unknown key', async () => {
    const wrong = stsAs({ ...ROOT, secretAccessKey: 'wrong' });
    await assert.rejects(wrong.getCallerIdentity({}), fails('SignatureDoesNotMatch'));
    const unknown = stsAs({ ...ROOT, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' });
    await assert.rejects(
      unknown.getCallerIdentity({}),
      fails('InvalidClientTokenId', /security token included in the request is invalid/),
    );
  });
});

describe('AssumeRole', () => {
  it('gives credentials that work as the role, until they expire', async () => {
    const RoleArn = await roleArn('worker', { AWS: ACCOUNT });
    const { Credentials, AssumedRoleUser } = await stsAs(ROOT).assumeRole({
      RoleArn,
      RoleSessionName: 'me',
      DurationSeconds: 900,
    });
    assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/worker/me`);
    assert.match(AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z2-7]{17}:me$/);
    const keys = keysOf(Credentials);
    assert.equal((await stsAs(keys).getCallerIdentity({})).Arn, AssumedRoleUser?.Arn);
    assert.ok((await iamAs(keys).listRoles({})).Roles);
    await assert.rejects(
      stsAs({ ...keys, sessionToken: undefined }).getCallerIdentity({}),
      fails('InvalidClientTokenId'),
    );
    ahead = 901_000;
    try {
      await assert.rejects(stsAs(keys).getCallerIdentity({}), fails('ExpiredToken'));
    } finally {
      ahead = 0;
    }
  });

  it('lets the account assume the execution role, as get_execution_role() wants it', async () => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/AmazonSageMaker-ExecutionRole`;
    const { AssumedRoleUser } = await stsAs(ROOT).assumeRole({ RoleArn, RoleSessionName: 'dev' });
    assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/AmazonSageMaker-ExecutionRole/dev`);
  });

  it('asks the trust policy, external id included', async () => {
    const mayAssume = allowing('sts:AssumeRole');
    const [ann, bob] = [await userKey('trusted', mayAssume), await userKey('other', mayAssume)];
    const RoleArn = await roleArn(
      'choosy',
      { AWS: `arn:aws:iam::${ACCOUNT}:user/trusted` },
      { StringEquals: { 'sts:ExternalId': 'x1' } },
    );
    const assume = (keys: Keys, ExternalId?: string) =>
      stsAs(keys).assumeRole({ RoleArn, RoleSessionName: 'session', ExternalId });
    assert.ok((await assume(ann, 'x1')).Credentials);
    const refused = fails(
      'AccessDenied',
      /^User: arn:aws:iam::\d+:user\/\w+ is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::\d+:role\/choosy$/,
    );
    await assert.rejects(assume(ann), refused);
    await assert.rejects(assume(ann, 'x2'), refused);
    await assert.rejects(assume(bob, 'x1'), refused);
  });

  it('tells nobody which roles there are', async () => {
    const keys = await userKey('curious', allowing('sts:AssumeRole'));
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/no-such-role`;
    await assert.rejects(stsAs(keys).assumeRole({ RoleArn, RoleSessionName: 'session' }), fails('AccessDenied'));
  });

  it("keeps to the role's longest session, and to an hour for chains", async () => {
    const RoleArn = await roleArn('short', { AWS: ACCOUNT });
    const long = { RoleArn, RoleSessionName: 'session', DurationSeconds: 3601 };
    await assert.rejects(
      stsAs(ROOT).assumeRole(long),
      fails('ValidationError', /exceeds the MaxSessionDuration set for this role/),
    );
    const chained = await roleArn('chained', { AWS: ACCOUNT }, undefined, { MaxSessionDuration: 43200 });
    const { Credentials } = await stsAs(ROOT).assumeRole({ RoleArn, RoleSessionName: 'session' });
    const chain = stsAs(keysOf(Credentials)).assumeRole({
      RoleArn: chained,
      RoleSessionName: 'session',
      DurationSeconds: 3601,
    });
    await assert.rejects(chain, fails('ValidationError', /1 hour session limit for roles assumed by role chaining/));
  });

  it('narrows a session down by its own policies', async () => {
    const RoleArn = await roleArn('narrow', { AWS: ACCOUNT });
    const session = async (more: object) => {
      const { Credentials, PackedPolicySize } = await stsAs(ROOT).assumeRole({
        RoleArn,
        RoleSessionName: 'session',
        ...more,
      });
      assert.ok(PackedPolicySize! > 0);
      return iamAs(keysOf(Credentials));
    };
    for (const client of [
      await session({ Policy: allowing('iam:ListRoles') }),
      await session({ PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' }] }),
    ]) {
      assert.ok((await client.listRoles({})).Roles);
      await assert.rejects(
        client.createUser({ UserName: 'x' }),
        fails('AccessDenied', /because no session policy allows the iam:CreateUser action$/),
      );
    }
    await assert.rejects(session({ Policy: '{' }), fails('MalformedPolicyDocumentException'));
  });

  it('gives no session to who names a device for MFA, which nobody has', async () => {
    const RoleArn = await roleArn('guarded', { AWS: ACCOUNT });
    const device = { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/phone`, TokenCode: '123456' };
    const failure = fails('AccessDenied', /^MultiFactorAuthentication failed/);
    await assert.rejects(stsAs(ROOT).assumeRole({ RoleArn, RoleSessionName: 'session', ...device }), failure);
    await assert.rejects(stsAs(await userKey('careful')).getSessionToken(device), failure);
  });

  it('carries tags into policies', async () => {
    const RoleArn = await roleArn('tagged', { AWS: ACCOUNT });
    const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'red' } };
    const PolicyDocument = policy({ Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*', Condition });
    await iam.putRolePolicy({ RoleName: 'tagged', PolicyName: 'own', PolicyDocument });
    for (const [team, allowed] of [
      ['red', true],
      ['blue', false],
    ] as const) {
      const Tags = [{ Key: 'team', Value: team }];
      const { Credentials } = await stsAs(ROOT).assumeRole({ RoleArn, RoleSessionName: 'session', Tags });
      const listing = iamAs(keysOf(Credentials)).listUsers({});
      if (allowed) assert.ok((await listing).Users);
      else await assert.rejects(listing, fails('AccessDenied'));
    }
  });
});

describe('GetSessionToken', () => {
  it('gives a user or root the same rights for a while', async () => {
    const keys = await userKey('temporary', allowing('iam:ListUsers'));
    const { Credentials } = await stsAs(keys).getSessionToken({});
    const session = keysOf(Credentials);
    assert.equal((await stsAs(session).getCallerIdentity({})).Arn, `arn:aws:iam::${ACCOUNT}:user/temporary`);
    assert.ok((await iamAs(session).listUsers({})).Users);
    await assert.rejects(iamAs(session).listRoles({}), fails('AccessDenied'));
    await assert.rejects(
      stsAs(session).getSessionToken({}),
      fails('AccessDenied', /Cannot call GetSessionToken with session credentials/),
    );

    const root = keysOf((await stsAs(ROOT).getSessionToken({})).Credentials);
    assert.equal((await stsAs(root).getCallerIdentity({})).Arn, `arn:aws:iam::${ACCOUNT}:root`);
    assert.ok((await iamAs(root).listRoles({})).Roles);
  });
});

describe('GetFederationToken', () => {
  it("gives the part of a user's rights that its policy names", async () => {
    const keys = await userKey('broker', allowing(['iam:List*', 'sts:GetFederationToken']));
    const { Credentials, FederatedUser } = await stsAs(keys).getFederationToken({
      Name: 'guest',
      Policy: allowing('iam:ListUsers'),
    });
    assert.equal(FederatedUser?.Arn, `arn:aws:sts::${ACCOUNT}:federated-user/guest`);
    const guest = iamAs(keysOf(Credentials));
    assert.ok((await guest.listUsers({})).Users);
    await assert.rejects(guest.listRoles({}), fails('AccessDenied'));
    const none = await stsAs(keys).getFederationToken({ Name: 'nobody' });
    await assert.rejects(iamAs(keysOf(none.Credentials)).listUsers({}), fails('AccessDenied'));
  });
});

describe('GetAccessKeyInfo', () => {
  it('names the account of a key', async () => {
    const sts = stsAs(ROOT);
    const { accessKeyId } = await userKey('info');
    const session = (await sts.getSessionToken({})).Credentials!.AccessKeyId!;
    for (const AccessKeyId of [ROOT.accessKeyId, accessKeyId, session]) {
      assert.equal((await sts.getAccessKeyInfo({ AccessKeyId })).Account, ACCOUNT);
    }
  });
});
