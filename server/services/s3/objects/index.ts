import type { Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { getObjectAttributes } from './attributes.ts';
import { copyObject } from './copy.ts';
import { deleteOperations } from './delete.ts';
import { putObject } from './put.ts';
import { readOperations } from './read.ts';

/** Objects one by one: in, out, copied, deleted. */
export const objectOperations = (platform: Pick<Platform, 'objects' | 'identity'>): Operations => ({
  PutObject: putObject(platform),
  CopyObject: copyObject(platform),
  GetObjectAttributes: getObjectAttributes(platform),
  ...readOperations(platform),
  ...deleteOperations(platform),
});
