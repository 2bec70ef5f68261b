import { accessDenied, ServiceError } from '../../errors.ts';
import { stsValidationError } from '../../identity/sts-errors.ts';

export const onlyLongTermKeys = (operation: string) =>
  accessDenied(`Cannot call ${operation} with session credentials`);

export const mfaFailed = () =>
  accessDenied(
    'MultiFactorAuthentication failed, unable to validate MFA code. Please verify your MFA serial number is valid and ' +
      'associated with this user.',
  );

export const onlyUsers = (operation: string) =>
  accessDenied(
    `Cannot call ${operation} with the credentials of the root user or of a session; use an IAM user's key.`,
  );

export const packedPolicyTooLarge = (percent: number) =>
  new ServiceError(
    'PackedPolicyTooLarge',
    `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  );

export const unknownKeyFormat = () => stsValidationError('The access key id names no account.');
