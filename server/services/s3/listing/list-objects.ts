import type { ListObjectsCommandInput, ListObjectsCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { operations } from '../operation.ts';
import { encoderFor, pageLimit } from '../paging.ts';
import { listPermission, objectEntry } from './entries.ts';

export const listObjects = ({ objects }: Pick<Platform, 'objects'>): Operation =>
  operations(objects).operation<ListObjectsCommandInput, ListObjectsCommandOutput>(
    listPermission('s3:ListBucket'),
    ({ Bucket = '', Prefix = '', Delimiter, Marker, MaxKeys, EncodingType }) => {
      const bucket = objects.buckets.get(Bucket);
      const encode = encoderFor(EncodingType);
      const limit = pageLimit(MaxKeys, 'max-keys');
      // An empty marker is none.
      const after = Marker || undefined;
      const page = objects.listings.objects(bucket, { prefix: Prefix, delimiter: Delimiter, after, limit });
      return {
        Name: Bucket,
        Prefix: encode(Prefix),
        Marker: encode(Marker ?? ''),
        // Without a delimiter clients go on after the last key, which they have.
        NextMarker: page.next && Delimiter ? encode(page.next.after) : undefined,
        Delimiter: Delimiter === undefined ? undefined : encode(Delimiter),
        MaxKeys: limit,
        IsTruncated: page.next !== undefined,
        EncodingType,
        Contents: page.items.map((version) => objectEntry(version, encode, bucket.accountId)),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },
  );
