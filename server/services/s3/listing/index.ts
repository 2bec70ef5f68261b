import type { Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjects } from './list-objects.ts';
import { listObjectsV2 } from './list-objects-v2.ts';

/** What is in a bucket, page by page. */
export const listingOperations = (platform: Pick<Platform, 'objects'>): Operations => ({
  ListObjects: listObjects(platform),
  ListObjectsV2: listObjectsV2(platform),
  ListObjectVersions: listObjectVersions(platform),
});
