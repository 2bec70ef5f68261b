import { ServiceError } from '../errors.ts';

export const noSuchBucket = (bucket: string) =>
  new ServiceError('NoSuchBucket', 'The specified bucket does not exist', {
    status: 404,
    members: { BucketName: bucket },
  });

export const noSuchKey = (key: string) =>
  new ServiceError('NoSuchKey', 'The specified key does not exist.', { status: 404, members: { Key: key } });

export const noSuchVersion = (key: string, versionId: string) =>
  new ServiceError('NoSuchVersion', 'The specified version does not exist.', {
    status: 404,
    members: { Key: key, VersionId: versionId },
  });

export const invalidVersionId = (versionId: string) =>
  new ServiceError('InvalidArgument', 'Invalid version id specified', {
    members: { ArgumentName: 'versionId', ArgumentValue: versionId },
  });

export const noSuchUpload = (uploadId: string) =>
  new ServiceError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { status: 404, members: { UploadId: uploadId } },
  );

export const bucketAlreadyExists = (bucket: string) =>
  new ServiceError(
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { status: 409, members: { BucketName: bucket } },
  );

export const bucketAlreadyOwnedByYou = (bucket: string) =>
  new ServiceError(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { status: 409, members: { BucketName: bucket } },
  );

export const bucketNotEmpty = (bucket: string) =>
  new ServiceError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
    status: 409,
    members: { BucketName: bucket },
  });

export const invalidBucketName = (bucket: string) =>
  new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', { members: { BucketName: bucket } });

export const keyTooLong = (size: number) =>
  new ServiceError('KeyTooLongError', 'Your key is too long', { members: { Size: size, MaxSizeAllowed: 1024 } });

export const invalidKey = (message: string) => new ServiceError('InvalidArgument', message);

export const preconditionFailed = (condition: string) =>
  new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    members: { Condition: condition },
  });

/** The disk that holds the objects is full; nothing of the refused write is kept. */
export const diskFull = (cause: unknown) =>
  new ServiceError(
    'InsufficientStorage',
    'There is not enough free disk space to store this. Free some space (delete objects, or give the server a larger disk) and try again.',
    { status: 507, cause },
  );
