import type { OrganizationFeatureSet } from '@aws-sdk/client-organizations';
import type { Kind } from '../../resources/resource-store.ts';
import { alreadyInOrganization, notInUse } from './errors.ts';

/** `o-` and ten small letters or digits. */
export interface Organization {
  readonly id: string;
  readonly featureSet: OrganizationFeatureSet;
}

/** An account has one organization at most, so that its name in the store is always the same. */
export const ORGANIZATION = 'organization';

export const organizations: Kind<Organization> = {
  name: 'organizations/organization',
  arn: ({ accountId }, _name, { id }) => `arn:aws:organizations::${accountId}:organization/${id}`,
  notFound: notInUse,
  alreadyExists: alreadyInOrganization,
};
