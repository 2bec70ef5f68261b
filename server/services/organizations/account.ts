import type {
  AccountJoinedMethod,
  CreateAccountFailureReason,
  CreateAccountState,
} from '@aws-sdk/client-organizations';
import { ServiceError } from '../../errors.ts';
import type { Kind } from '../../resources/resource-store.ts';
import { accountNotFound, creationNotFound } from './errors.ts';

/** A member of the organization, by its twelve digits; the management account is one. */
export interface Account {
  readonly accountName: string;
  readonly email: string;
  readonly organizationId: string;
  readonly joinedMethod: AccountJoinedMethod;
  readonly joinedAt: string;
}

/** How the wish for an account ended; its name is its id, `car-` and 32 hexadecimal digits. */
export interface AccountCreation {
  readonly accountName: string;
  readonly state: CreateAccountState;
  readonly accountId?: string;
  readonly failureReason?: CreateAccountFailureReason;
  readonly requestedAt: string;
  readonly completedAt: string;
}

export const accounts: Kind<Account> = {
  name: 'organizations/account',
  arn: ({ accountId }, name, { organizationId }) =>
    `arn:aws:organizations::${accountId}:account/${organizationId}/${name}`,
  // Addresses are compared as people mean them.
  parent: ({ email }) => email.toLowerCase(),
  notFound: accountNotFound,
  // Two of 10^12 drawn alike: the client asks again.
  alreadyExists: () => new ServiceError('ServiceException', 'Please try again.', { status: 500 }),
};

export const accountCreations: Kind<AccountCreation> = {
  name: 'organizations/account-creation',
  // Requests have no ARN at AWS; the store wants one of everything.
  arn: ({ accountId }, name) => `arn:aws:organizations::${accountId}:create-account-request/${name}`,
  status: ({ state }) => state,
  notFound: creationNotFound,
  alreadyExists: creationNotFound,
};
