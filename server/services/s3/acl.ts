import type { Grant } from '@aws-sdk/client-s3';
import { ServiceError } from '../../errors.ts';
import type { ObjectStorage } from '../../objects/index.ts';
import { notImplemented } from './errors.ts';
import { ownerOf } from './owner.ts';

export interface AclInput {
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

/** What the owner of a bucket has in the access list of every object there. */
export const fullControl = (accountId: string): Grant => ({
  Grantee: { Type: 'CanonicalUser', ...ownerOf(accountId) },
  Permission: 'FULL_CONTROL',
});

/** A list that gives the owner what the owner has anyway is the canned one of that name. */
export const cannedOf = (grants: readonly Grant[] | undefined, accountId: string): string | undefined => {
  const [only, ...others] = grants ?? [];
  const isOwners = only?.Permission === 'FULL_CONTROL' && only.Grantee?.ID === ownerOf(accountId).ID;
  return isOwners && others.length === 0 ? 'bucket-owner-full-control' : undefined;
};

/** What a request grants by headers of its own, besides a canned list. */
export const grantIn = (input: AclInput): string | undefined =>
  input.GrantFullControl ?? input.GrantRead ?? input.GrantReadACP ?? input.GrantWriteACP;

/** Throws unless the access list that a request for an object brings changes nothing: lists are not enforced here. */
export const checkAcl = (objects: ObjectStorage, bucket: string, input: AclInput): void => {
  if (grantIn(input) === undefined && (input.ACL === undefined || HARMLESS.has(input.ACL))) return;
  if (!hasAcls(objects, bucket)) {
    throw new ServiceError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  throw notImplemented('access lists of objects; use a bucket policy');
};
