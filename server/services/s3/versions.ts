import { ServiceError } from '../../errors.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Bucket } from '../../objects/buckets.ts';
import { noSuchKey } from '../../objects/errors.ts';
import type { ObjectStorage } from '../../objects/index.ts';
import type { ObjectVersion } from '../../objects/version.ts';
import type { RequestContext } from '../../operations.ts';
import { bucketArn, bucketFacts } from './operation.ts';

/** Answers tell version ids only of buckets that have ever kept versions. */
export const versionIdIn = (bucket: Bucket, version: { readonly versionId?: string }): string | undefined =>
  bucket.versioning ? version.versionId : undefined;

/** Who may not list the bucket is not told what is missing from it. */
const missing = (objects: ObjectStorage, identity: Identity, name: string, key: string, context: RequestContext) => {
  const mayList = { action: 's3:ListBucket', resource: bucketArn(name, context) };
  return identity.isAllowed(context.caller, mayList, bucketFacts(objects, name, context))
    ? noSuchKey(key)
    : new ServiceError('AccessDenied', 'Access Denied', { status: 403 });
};

/**
 * The version that a request reads. Throws NoSuchKey, NoSuchVersion, and for a delete marker what S3 says of it, with
 * its headers.
 */
export const readableVersion = (
  objects: ObjectStorage,
  identity: Identity,
  {
    Bucket = '',
    Key = '',
    VersionId,
  }: { readonly Bucket?: string; readonly Key?: string; readonly VersionId?: string },
  context: RequestContext,
): { bucket: Bucket; version: ObjectVersion } => {
  const bucket = objects.buckets.get(Bucket);
  if (VersionId === undefined && !objects.versions.current(bucket, Key)) {
    throw missing(objects, identity, Bucket, Key, context);
  }
  const version = objects.versions.get(bucket, Key, VersionId);
  if (!version.isDeleteMarker) return { bucket, version };
  context.responseHeaders['x-amz-delete-marker'] = 'true';
  context.responseHeaders['x-amz-version-id'] = version.versionId;
  if (VersionId === undefined) throw noSuchKey(Key);
  context.responseHeaders['last-modified'] = version.modifiedAt.toUTCString();
  context.responseHeaders.allow = 'DELETE';
  throw new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    members: { Method: context.operation === 'HeadObject' ? 'HEAD' : 'GET', ResourceType: 'DeleteMarker' },
  });
};
