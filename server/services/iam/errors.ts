import { ServiceError } from '../../errors.ts';

export const deleteConflict = (message: string) => new ServiceError('DeleteConflict', message, { status: 409 });

export const rolesInProfile = () =>
  deleteConflict('Cannot delete entity, must remove roles from instance profile first.');

export const limitExceeded = (quota: string, limit: number) =>
  new ServiceError('LimitExceeded', `Cannot exceed quota for ${quota}: ${limit}`, { status: 409 });

export const policyTooLarge = (title: string, name: string, limit: number) =>
  new ServiceError('LimitExceeded', `Maximum policy size of ${limit} bytes exceeded for ${title} ${name}`, {
    status: 409,
  });

export const tooManyVersions = (limit: number) =>
  new ServiceError(
    'LimitExceeded',
    `A managed policy can have up to ${limit} versions. Before you create a new version, you must delete an existing version.`,
    { status: 409 },
  );

export const invalidInput = (message: string) => new ServiceError('InvalidInput', message);

export const validationFailed = (message: string) => new ServiceError('ValidationError', message);

export const needsUserName = () => validationFailed('Must specify userName when calling with non-User credentials');
