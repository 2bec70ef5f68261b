import type { Feature, Platform } from '../../platform.ts';
import { accessControlOperations } from './access-control/index.ts';
import { bucketPolicyOperations } from './bucket-policy/index.ts';
import { bucketSettingOperations } from './bucket-settings/index.ts';
import { bucketOperations } from './buckets/index.ts';
import { listingOperations } from './listing/index.ts';
import { multipartOperations } from './multipart/index.ts';
import { objectOperations } from './objects/index.ts';
import { objectTaggingOperations } from './tagging/index.ts';

/** Amazon S3, on the object storage of the platform. */
export const s3Features = (platform: Pick<Platform, 'objects' | 'identity'>): Feature[] =>
  [
    bucketOperations(platform.objects),
    bucketSettingOperations(platform.objects),
    bucketPolicyOperations(platform.objects),
    accessControlOperations(platform),
    objectOperations(platform),
    objectTaggingOperations(platform),
    listingOperations(platform),
    multipartOperations(platform),
  ].map((operations) => ({ service: 's3', operations }));
