import { randomBytes } from 'node:crypto';
import type {
  CreateOrganizationCommandInput,
  CreateOrganizationCommandOutput,
  DescribeOrganizationCommandInput,
  DescribeOrganizationCommandOutput,
  Organization as OrganizationAnswer,
} from '@aws-sdk/client-organizations';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Resource } from '../../../resources/resource-store.ts';
import { type Account, accounts } from '../account.ts';
import { alreadyInOrganization } from '../errors.ts';
import { checkCanFound, managementScope, organizationOf } from '../membership.ts';
import { ORGANIZATION, type Organization, organizations } from '../organization.ts';

type Floors = Pick<Platform, 'identity' | 'resources'>;

/** The first account is made without asking for anything; this is the address that AWS would know it by. */
const MANAGEMENT_EMAIL = 'management-account@wildsage.invalid';

export const createOrganization = (
  platform: Floors,
): Operation<CreateOrganizationCommandInput, CreateOrganizationCommandOutput> => ({
  async handle({ FeatureSet = 'ALL' }, context) {
    checkCanFound(platform, context);
    const { resources } = platform;
    const scope = managementScope(platform);
    if (await resources.find(organizations, scope, ORGANIZATION)) throw alreadyInOrganization();
    const organization: Organization = { id: `o-${randomBytes(5).toString('hex')}`, featureSet: FeatureSet };
    // The member before the organization: one without its first account would stay so.
    await putManagementAccount(platform, organization.id, context.now);
    return { Organization: answer(await resources.create(organizations, scope, ORGANIZATION, organization)) };
  },
});

export const describeOrganization = (
  platform: Floors,
): Operation<DescribeOrganizationCommandInput, DescribeOrganizationCommandOutput> => ({
  handle: async () => ({ Organization: answer(await organizationOf(platform)) }),
});

async function putManagementAccount(platform: Floors, organizationId: string, now: Date): Promise<void> {
  const scope = managementScope(platform);
  const account: Account = {
    accountName: 'Management account',
    email: MANAGEMENT_EMAIL,
    organizationId,
    joinedMethod: 'INVITED',
    joinedAt: now.toISOString(),
  };
  // An attempt that was cut short has left one.
  if (await platform.resources.find(accounts, scope, scope.accountId)) {
    await platform.resources.delete(accounts, scope, scope.accountId);
  }
  await platform.resources.create(accounts, scope, scope.accountId, account);
}

const answer = ({ arn, accountId, doc }: Resource<Organization>): OrganizationAnswer => ({
  Id: doc.id,
  Arn: arn,
  FeatureSet: doc.featureSet,
  MasterAccountId: accountId,
  MasterAccountArn: `arn:aws:organizations::${accountId}:account/${doc.id}/${accountId}`,
  MasterAccountEmail: MANAGEMENT_EMAIL,
  // Policies of organizations (SCPs and others) are not there.
  AvailablePolicyTypes: [],
});
