import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { invalidArgument } from '../errors.ts';
import { operations } from '../operation.ts';
import { encoderFor, pageLimit } from '../paging.ts';
import { listPermission, objectEntry } from './entries.ts';

const TOKEN_MARK = '1:';

const tokenFor = (after: string): string => Buffer.from(TOKEN_MARK + after).toString('base64url');

const readToken = (token: string): string => {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith(TOKEN_MARK) && tokenFor(text.slice(TOKEN_MARK.length)) === token) {
    return text.slice(TOKEN_MARK.length);
  }
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
};

export const listObjectsV2 = ({ objects }: Pick<Platform, 'objects'>): Operation =>
  operations(objects).operation<ListObjectsV2CommandInput, ListObjectsV2CommandOutput>(
    listPermission('s3:ListBucket'),
    (input) => {
      const { Bucket = '', Prefix = '', Delimiter, StartAfter, ContinuationToken, EncodingType } = input;
      const bucket = objects.buckets.get(Bucket);
      const encode = encoderFor(EncodingType);
      const limit = pageLimit(input.MaxKeys, 'max-keys');
      const after = ContinuationToken === undefined ? StartAfter || undefined : readToken(ContinuationToken);
      const page = objects.listings.objects(bucket, { prefix: Prefix, delimiter: Delimiter, after, limit });
      const owner = input.FetchOwner ? bucket.accountId : undefined;
      return {
        Name: Bucket,
        Prefix: encode(Prefix),
        Delimiter: Delimiter === undefined ? undefined : encode(Delimiter),
        StartAfter: StartAfter === undefined ? undefined : encode(StartAfter),
        ContinuationToken,
        NextContinuationToken: page.next && tokenFor(page.next.after),
        MaxKeys: limit,
        KeyCount: page.items.length + page.prefixes.length,
        IsTruncated: page.next !== undefined,
        EncodingType,
        Contents: page.items.map((version) => objectEntry(version, encode, owner)),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },
  );
