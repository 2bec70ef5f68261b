import type { Platform } from '../../platform.ts';
import type { Resource } from '../../resources/resource-store.ts';
import type { Scope } from '../../scope.ts';
import { alreadyInOrganization, managementOnly, notInUse } from './errors.ts';
import { ORGANIZATION, type Organization, organizations } from './organization.ts';

/** What is known of the organization and its accounts is kept with the management account: the platform's first. */
export const managementScope = ({ identity }: Pick<Platform, 'identity'>): Scope => ({
  accountId: identity.rootAccount.accountId,
  region: '',
});

type Floors = Pick<Platform, 'identity' | 'resources'>;

/** The platform's one organization, of which every account but the first is a member from its beginning. */
export async function organizationOf(platform: Floors): Promise<Resource<Organization>> {
  const found = await platform.resources.find(organizations, managementScope(platform), ORGANIZATION);
  if (!found) throw notInUse();
  return found;
}

/** Throws AccessDeniedException unless the caller is of the management account. */
export async function asManagement(platform: Floors, { accountId }: Scope): Promise<Resource<Organization>> {
  const organization = await organizationOf(platform);
  if (accountId !== managementScope(platform).accountId) throw managementOnly();
  return organization;
}

/** Only the first account is ever without an organization, so that it alone can make one. */
export function checkCanFound(platform: Floors, { accountId }: Scope): void {
  if (accountId !== managementScope(platform).accountId) throw alreadyInOrganization();
}
