import { ServiceError, validationError } from '../../errors.ts';
import type { Caller, Identity } from '../../identity/identity.ts';
import { arnOf, type Scope } from '../../scope.ts';

const SERVICE = 'sagemaker.amazonaws.com';
const MINIMUM_SECONDS = 900;

/**
 * Who a job or server with this role would be. `resource` is what is being made, such as `training-job/NAME`. Throws
 * ValidationException for a role of another account, and what `refusal` makes of a role that SageMaker cannot take, in
 * the operation's own words.
 */
export async function callerOfRole(
  identity: Identity,
  scope: Scope,
  resource: string,
  roleArn: string,
  refusal: (roleArn: string) => ServiceError,
): Promise<Caller> {
  if (roleArn.split(':')[4] !== scope.accountId)
    throw validationError('RoleArn: Cross-account pass role is not allowed.');
  try {
    const options = { durationSeconds: MINIMUM_SECONDS, sourceArn: arnOf(scope, 'sagemaker', resource) };
    return (await identity.assumeForService(roleArn, SERVICE, 'SageMaker', options)).caller;
  } catch (error) {
    if (error instanceof ServiceError) throw refusal(roleArn);
    throw error;
  }
}
