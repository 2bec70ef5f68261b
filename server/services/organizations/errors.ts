import { ServiceError } from '../../errors.ts';

export const notInUse = () =>
  new ServiceError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');

export const alreadyInOrganization = () =>
  new ServiceError(
    'AlreadyInOrganizationException',
    'The AWS account is already a member of an organization. An account can be a member of only one organization at a time.',
  );

/** For all that only the management account may do. */
export const managementOnly = () =>
  new ServiceError('AccessDeniedException', "You don't have permissions to access this resource.");

export const accountNotFound = () =>
  new ServiceError('AccountNotFoundException', "You specified an account that doesn't exist.");

export const creationNotFound = () =>
  new ServiceError(
    'CreateAccountStatusNotFoundException',
    "We can't find an create account request with the CreateAccountRequestId that you specified.",
  );
