import type {
  DeleteMarkerEntry,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
  ObjectVersion as VersionEntry,
} from '@aws-sdk/client-s3';
import type { Bucket } from '../../../objects/buckets.ts';
import type { ObjectStorage } from '../../../objects/index.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { invalidArgument } from '../errors.ts';
import { operations } from '../operation.ts';
import { ownerOf } from '../owner.ts';
import { encoderFor, pageLimit } from '../paging.ts';
import { entryOf, listPermission } from './entries.ts';

/** Where the page begins. The version that the page before ended with may be gone since: its place is in its id. */
const startOf = (objects: ObjectStorage, bucket: Bucket, key?: string, versionId?: string) => {
  if (!versionId) return { after: key || undefined };
  if (!key) {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionId,
    );
  }
  return { after: key, afterId: objects.versions.placeOf(bucket, key, versionId) };
};

export const listObjectVersions = ({ objects }: Pick<Platform, 'objects'>): Operation =>
  operations(objects).operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
    listPermission('s3:ListBucketVersions'),
    (input) => {
      const { Bucket = '', Prefix = '', Delimiter, KeyMarker, VersionIdMarker, EncodingType } = input;
      const bucket = objects.buckets.get(Bucket);
      const encode = encoderFor(EncodingType);
      const limit = pageLimit(input.MaxKeys, 'max-keys');
      const start = startOf(objects, bucket, KeyMarker, VersionIdMarker);
      const page = objects.listings.versions(bucket, { prefix: Prefix, delimiter: Delimiter, limit, ...start });
      const Owner = ownerOf(bucket.accountId);
      const Versions: VersionEntry[] = [];
      const DeleteMarkers: DeleteMarkerEntry[] = [];
      for (const version of page.items) {
        const { Key, LastModified, ...rest } = entryOf(version, encode);
        const named = { Key, LastModified, Owner, VersionId: version.versionId, IsLatest: version.isLatest };
        if (version.isDeleteMarker) DeleteMarkers.push(named);
        else Versions.push({ ...named, ...rest });
      }
      const last = page.next?.afterId === undefined ? undefined : page.items.at(-1);
      return {
        Name: Bucket,
        Prefix: encode(Prefix),
        Delimiter: Delimiter === undefined ? undefined : encode(Delimiter),
        KeyMarker: encode(KeyMarker ?? ''),
        VersionIdMarker: VersionIdMarker ?? '',
        NextKeyMarker: page.next && encode(page.next.after),
        NextVersionIdMarker: last?.versionId,
        MaxKeys: limit,
        IsTruncated: page.next !== undefined,
        EncodingType,
        Versions,
        DeleteMarkers,
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },
  );
