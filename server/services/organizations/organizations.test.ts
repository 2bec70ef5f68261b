import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type * as Sdk from '@aws-sdk/client-organizations';
import type { Directory } from '../../identity/directory.ts';
import { silentLogger } from '../../logger.ts';
import type { Operation, RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';
import { openResourceStore } from '../../resources/index.ts';
import { organizationsFeatures } from './index.ts';

const FIRST = '111122223333';
let operations: Record<string, Operation>;
let rolesOf: Map<string, string[]>;

/** As the management account unless `as` names another one. */
const call = async <Output>(operation: string, input: object = {}, as = FIRST): Promise<Output> =>
  (await operations[operation]!.handle(input, {
    accountId: as,
    region: 'us-east-1',
    now: new Date(),
  } as RequestContext)) as Output;

beforeEach(async () => {
  const clock = { now: () => new Date() };
  const resources = await openResourceStore({ path: ':memory:' }, { clock, log: silentLogger });
  rolesOf = new Map();
  const directory = {
    role: () => undefined,
    async create(_kind: unknown, accountId: string, name: string) {
      rolesOf.set(accountId, [...(rolesOf.get(accountId) ?? []), name]);
    },
  } as unknown as Directory;
  const platform = { resources, clock, identity: { rootAccount: { accountId: FIRST }, directory } };
  operations = Object.assign(
    {},
    ...organizationsFeatures(platform as unknown as Platform).map((feature) => feature.operations),
  );
});

const create = (Email: string, further: object = {}) =>
  call<Sdk.CreateAccountCommandOutput>('CreateAccount', { AccountName: 'team', Email, ...further });

describe('Organizations', () => {
  it('is not in use before it is founded, which happens once', async () => {
    await assert.rejects(call('DescribeOrganization'), { code: 'AWSOrganizationsNotInUseException' });
    await assert.rejects(create('a@example.com'), { code: 'AWSOrganizationsNotInUseException' });
    const { Organization } = await call<Sdk.CreateOrganizationCommandOutput>('CreateOrganization');
    assert.match(Organization!.Id!, /^o-[a-z0-9]{10,32}$/);
    assert.equal(Organization!.Arn, `arn:aws:organizations::${FIRST}:organization/${Organization!.Id}`);
    assert.equal(Organization!.MasterAccountId, FIRST);
    assert.deepEqual(await call('DescribeOrganization'), { Organization });
    await assert.rejects(call('CreateOrganization'), { code: 'AlreadyInOrganizationException' });
  });

  it('makes accounts with their roles, and tells how it went', async () => {
    await call('CreateOrganization');
    const { CreateAccountStatus: made } = await create('team@example.com', { RoleName: 'Enter' });
    assert.equal(made!.State, 'SUCCEEDED');
    assert.match(made!.Id!, /^car-[0-9a-f]{32}$/);
    assert.match(made!.AccountId!, /^\d{12}$/);
    assert.deepEqual(rolesOf.get(made!.AccountId!), ['AmazonSageMaker-ExecutionRole', 'SageMakerRole', 'Enter']);
    const asked = await call('DescribeCreateAccountStatus', { CreateAccountRequestId: made!.Id });
    assert.deepEqual(asked, { CreateAccountStatus: made });
    const { Account } = await call<Sdk.DescribeAccountCommandOutput>('DescribeAccount', { AccountId: made!.AccountId });
    assert.deepEqual(
      [Account!.Email, Account!.Name, Account!.Status, Account!.JoinedMethod],
      ['team@example.com', 'team', 'ACTIVE', 'CREATED'],
    );
  });

  it('gives an address one account, however it is spelled, and of two simultaneous requests one', async () => {
    await call('CreateOrganization');
    const ends = await Promise.all([create('one@example.com'), create('ONE@example.com')]);
    assert.deepEqual(
      ends.map(({ CreateAccountStatus: { State, FailureReason } = {} }) => [State, FailureReason]),
      [
        ['SUCCEEDED', undefined],
        ['FAILED', 'EMAIL_ALREADY_EXISTS'],
      ],
    );
    const failed = await call<Sdk.ListCreateAccountStatusCommandOutput>('ListCreateAccountStatus', {
      States: ['FAILED'],
    });
    assert.equal(failed.CreateAccountStatuses!.length, 1);
  });

  it('lists its accounts in pages, the management account among them', async () => {
    await call('CreateOrganization');
    for (const name of ['a', 'b']) await create(`${name}@example.com`);
    const emails: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await call<Sdk.ListAccountsCommandOutput>('ListAccounts', { MaxResults: 1, NextToken });
      assert.equal(page.Accounts!.length, 1);
      emails.push(page.Accounts![0]!.Email);
      NextToken = page.NextToken;
    } while (NextToken);
    const { Organization } = await call<Sdk.DescribeOrganizationCommandOutput>('DescribeOrganization', {});
    const all = [Organization!.MasterAccountEmail, 'a@example.com', 'b@example.com'];
    assert.deepEqual(emails.toSorted(), all.toSorted());
  });

  it('lets members know their organization, and no more', async () => {
    await call('CreateOrganization');
    const { CreateAccountStatus: made } = await create('member@example.com');
    const member = made!.AccountId!;
    assert.ok((await call<Sdk.DescribeOrganizationCommandOutput>('DescribeOrganization', {}, member)).Organization);
    for (const operation of ['CreateAccount', 'ListAccounts', 'DescribeAccount', 'ListCreateAccountStatus']) {
      await assert.rejects(call(operation, {}, member), { code: 'AccessDeniedException' });
    }
    await assert.rejects(call('CreateOrganization', {}, member), { code: 'AlreadyInOrganizationException' });
  });

  it('knows no other accounts or requests', async () => {
    await call('CreateOrganization');
    await assert.rejects(call('DescribeAccount', { AccountId: '999999999999' }), { code: 'AccountNotFoundException' });
    const unknown = { CreateAccountRequestId: 'car-12345678' };
    await assert.rejects(call('DescribeCreateAccountStatus', unknown), {
      code: 'CreateAccountStatusNotFoundException',
    });
  });
});
