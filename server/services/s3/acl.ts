import { ServiceError } from '../../errors.ts';
import type { ObjectStorage } from '../../objects/index.ts';
import { notImplemented } from './errors.ts';

interface AclInput {
  readonly ACL?: string;
  readonly GrantFullControl?: string;
  readonly GrantRead?: string;
  readonly GrantReadACP?: string;
  readonly GrantWriteACP?: string;
}

/** What the owner has anyway. */
const HARMLESS = new Set(['private', 'bucket-owner-full-control']);

/** Whether the bucket has access lists at all; since 2023 new buckets on AWS have none, and policies decide alone. */
export const hasAcls = (objects: ObjectStorage, bucket: string): boolean => {
  const controls = objects.buckets.setting(bucket, 'ownershipControls');
  const [rule] = (controls ? JSON.parse(controls).Rules : []) as { ObjectOwnership?: string }[];
  return rule !== undefined && rule.ObjectOwnership !== 'BucketOwnerEnforced';
};

/** Throws unless the access list that a request for an object brings changes nothing: lists are not enforced here. */
export const checkAcl = (objects: ObjectStorage, bucket: string, input: AclInput): void => {
  const grants = input.GrantFullControl ?? input.GrantRead ?? input.GrantReadACP ?? input.GrantWriteACP;
  if (grants === undefined && (input.ACL === undefined || HARMLESS.has(input.ACL))) return;
  if (!hasAcls(objects, bucket)) {
    throw new ServiceError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  throw notImplemented('access lists of objects; use a bucket policy');
};
