import type { Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { completeMultipartUpload } from './complete.ts';
import { listOperations } from './lists.ts';
import { uploadPartOperations } from './parts.ts';
import { startOperations } from './start.ts';

/** Objects uploaded in parts. */
export const multipartOperations = (platform: Pick<Platform, 'objects' | 'identity'>): Operations => ({
  ...startOperations(platform),
  ...uploadPartOperations(platform),
  ...listOperations(platform),
  CompleteMultipartUpload: completeMultipartUpload(platform),
});
