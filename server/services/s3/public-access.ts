import type { PublicAccessBlockConfiguration } from '@aws-sdk/client-s3';
import type { ObjectStorage } from '../../objects/index.ts';

/** What a bucket blocks of access by anyone. */
export const publicAccessBlock = (objects: ObjectStorage, bucket: string): PublicAccessBlockConfiguration =>
  JSON.parse(objects.buckets.setting(bucket, 'publicAccessBlock') ?? '{}');
