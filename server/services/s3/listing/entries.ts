import type { _Object as ListedObject } from '@aws-sdk/client-s3';
import type { ObjectVersion } from '../../../objects/version.ts';
import type { Permission, RequestContext } from '../../../operations.ts';
import { bucketArn } from '../operation.ts';
import { ownerOf } from '../owner.ts';

interface ListInput {
  readonly Bucket?: string;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
}

/** Listing is allowed for a bucket, perhaps only below some prefixes. */
export const listPermission =
  (action: string) =>
  ({ Bucket, Prefix, Delimiter, MaxKeys }: ListInput, context: RequestContext): Permission[] => {
    const conditions: Record<string, string> = {};
    if (Prefix !== undefined) conditions['s3:prefix'] = Prefix;
    if (Delimiter !== undefined) conditions['s3:delimiter'] = Delimiter;
    if (MaxKeys !== undefined) conditions['s3:max-keys'] = String(MaxKeys);
    return [{ action, resource: bucketArn(Bucket, context), conditions }];
  };

/** What lists of objects and of versions tell alike of each. */
export const entryOf = (version: ObjectVersion, encode: (text: string) => string) => {
  const algorithms = Object.keys(version.checksums);
  return {
    Key: encode(version.key),
    LastModified: version.modifiedAt,
    ETag: version.etag,
    ChecksumAlgorithm: algorithms.length > 0 ? (algorithms as ListedObject['ChecksumAlgorithm']) : undefined,
    ChecksumType: version.checksumType,
    Size: version.size,
    StorageClass: (version.headers.StorageClass ?? 'STANDARD') as 'STANDARD',
  };
};

/** As lists of objects show it. */
export const objectEntry = (
  version: ObjectVersion,
  encode: (text: string) => string,
  owner: string | undefined,
): ListedObject => ({ ...entryOf(version, encode), Owner: owner === undefined ? undefined : ownerOf(owner) });
