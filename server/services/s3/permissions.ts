import type { Permission, RequestContext } from '../../operations.ts';
import { objectArn } from './operation.ts';

interface WriteInput {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly Tagging?: string;
  readonly ACL?: string;
  readonly ServerSideEncryption?: string;
  readonly StorageClass?: string;
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}

const present = (conditions: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined)) as Record<string, string>;

/** What it takes to write an object; its tags and access list are permissions of their own. */
export const writePermissions = (input: WriteInput, context: RequestContext): Permission[] => {
  const resource = objectArn(input.Bucket, input.Key, context);
  const conditions = present({
    's3:x-amz-acl': input.ACL,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-storage-class': input.StorageClass,
    's3:if-match': input.IfMatch,
    's3:if-none-match': input.IfNoneMatch,
  });
  return [
    { action: 's3:PutObject', resource, conditions },
    ...(input.Tagging === undefined ? [] : [{ action: 's3:PutObjectTagging', resource }]),
    ...(input.ACL === undefined ? [] : [{ action: 's3:PutObjectAcl', resource, conditions }]),
  ];
};
