import { randomUUID } from 'node:crypto';
import type { CreateAccountCommandInput, CreateAccountCommandOutput } from '@aws-sdk/client-organizations';
import { makeDefaultRoles } from '../../../identity/default-roles.ts';
import { newAccountId, newId } from '../../../identity/ids.ts';
import { iamArn, type Role, roles } from '../../../identity/kinds.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { type Account, type AccountCreation, accountCreations, accounts } from '../account.ts';
import { asManagement, managementScope } from '../membership.ts';
import { creationAnswer } from './answers.ts';

type Floors = Pick<Platform, 'identity' | 'resources' | 'clock'>;

const ACCESS_ROLE = 'OrganizationAccountAccessRole';

/**
 * Makes an account with the roles that every account has, and one by which the management account enters it. AWS takes
 * minutes and says IN_PROGRESS; here all is done when it is answered, so that clients which ask again find SUCCEEDED.
 */
export function createAccount(platform: Floors): Operation<CreateAccountCommandInput, CreateAccountCommandOutput> {
  // One after the other: of two with the same address one has to see the other.
  let last: Promise<unknown> = Promise.resolve();
  return {
    async handle(input, context) {
      const { doc } = await asManagement(platform, context);
      const created = last.then(() => create(platform, doc.id, input));
      last = created.catch(() => {});
      return { CreateAccountStatus: creationAnswer(await created) };
    },
  };
}

async function create(platform: Floors, organizationId: string, input: CreateAccountCommandInput) {
  const { resources, clock } = platform;
  const scope = managementScope(platform);
  const { AccountName = '', Email = '', RoleName = ACCESS_ROLE, Tags } = input;
  const requestedAt = clock.now().toISOString();
  const conclude = (end: Pick<AccountCreation, 'state' | 'accountId' | 'failureReason'>) =>
    resources.create(accountCreations, scope, `car-${randomUUID().replaceAll('-', '')}`, {
      ...end,
      accountName: AccountName,
      requestedAt,
      completedAt: clock.now().toISOString(),
    });
  if (await isTaken(platform, Email)) return conclude({ state: 'FAILED', failureReason: 'EMAIL_ALREADY_EXISTS' });
  const accountId = newAccountId();
  // Roles first: an account that is listed can be entered, whatever ends this process.
  await makeDefaultRoles(platform.identity.directory, accountId, clock);
  await platform.identity.directory.create(roles, accountId, RoleName, accessRole(scope.accountId, requestedAt));
  const account: Account = {
    accountName: AccountName,
    email: Email,
    organizationId,
    joinedMethod: 'CREATED',
    joinedAt: clock.now().toISOString(),
  };
  const tags = Tags?.map(({ Key = '', Value = '' }) => ({ Key, Value }));
  await resources.create(accounts, scope, accountId, account, { tags });
  return conclude({ state: 'SUCCEEDED', accountId });
}

const isTaken = async (platform: Floors, email: string) =>
  (await platform.resources.count(accounts, managementScope(platform), { parent: email.toLowerCase() })) > 0;

const accessRole = (managementAccountId: string, createdAt: string): Role => ({
  id: newId('AROA'),
  path: '/',
  createdAt,
  trustPolicy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: iamArn(managementAccountId, 'root') }, Action: 'sts:AssumeRole' }],
  }),
  maxSessionSeconds: 3600,
  inlinePolicies: {},
  attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
  tags: [],
});
