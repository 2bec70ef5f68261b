import { ServiceError, validationError } from '../../errors.ts';
import type { Caller, Identity } from '../../identity/identity.ts';
import type { Scope } from '../../scope.ts';

const SERVICE = 'sagemaker.amazonaws.com';
const MINIMUM_SECONDS = 900;

/**
 * Who a job or server with this role would be. Throws ValidationException for a role of another account, and what
 * `refusal` makes of a role that SageMaker cannot take, in the operation's own words.
 */
export async function callerOfRole(
  identity: Identity,
  { accountId }: Scope,
  roleArn: string,
  refusal: (roleArn: string) => ServiceError,
): Promise<Caller> {
  if (roleArn.split(':')[4] !== accountId) throw validationError('RoleArn: Cross-account pass role is not allowed.');
  try {
    return (await identity.assumeForService(roleArn, SERVICE, 'SageMaker', MINIMUM_SECONDS)).caller;
  } catch (error) {
    if (error instanceof ServiceError) throw refusal(roleArn);
    throw error;
  }
}
