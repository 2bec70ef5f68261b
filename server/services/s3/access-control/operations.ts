import type {
  GetBucketAclCommandInput,
  GetBucketAclCommandOutput,
  GetObjectAclCommandInput,
  GetObjectAclCommandOutput,
  Grant,
  PutBucketAclCommandInput,
  PutBucketAclCommandOutput,
  PutObjectAclCommandInput,
  PutObjectAclCommandOutput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../../errors.ts';
import type { Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { cannedOf, checkAcl, fullControl, grantIn, hasAcls } from '../acl.ts';
import { invalidArgument, malformedXml } from '../errors.ts';
import { operations } from '../operation.ts';
import { ownerOf } from '../owner.ts';
import { readableVersion } from '../versions.ts';

const SETTING = 'acl';

const group = (name: string, permission: 'READ' | 'WRITE'): Grant => ({
  Grantee: { Type: 'Group', URI: `http://acs.amazonaws.com/groups/${name}` },
  Permission: permission,
});

/** What each canned list grants besides the owner's own rights. */
const CANNED: Readonly<Record<string, readonly Grant[]>> = {
  private: [],
  'public-read': [group('global/AllUsers', 'READ')],
  'public-read-write': [group('global/AllUsers', 'READ'), group('global/AllUsers', 'WRITE')],
  'authenticated-read': [group('global/AuthenticatedUsers', 'READ')],
};

/**
 * Access lists, which AWS keeps for old clients: owners read their full control, and a bucket whose ownership controls
 * allow lists keeps a canned or given one. Policies alone decide who may do what.
 */
export const accessControlOperations = ({ objects, identity }: Pick<Platform, 'objects' | 'identity'>): Operations => {
  const { onBucket, onObject } = operations(objects);
  return {
    GetBucketAcl: onBucket<GetBucketAclCommandInput, GetBucketAclCommandOutput>(
      's3:GetBucketAcl',
      ({ Bucket = '' }) => {
        const { accountId } = objects.buckets.get(Bucket);
        const stored = objects.buckets.setting(Bucket, SETTING);
        const grants: Grant[] = stored ? JSON.parse(stored) : [fullControl(accountId)];
        return { Owner: ownerOf(accountId), Grants: grants };
      },
    ),
    PutBucketAcl: onBucket<PutBucketAclCommandInput, PutBucketAclCommandOutput>('s3:PutBucketAcl', async (input) => {
      const { Bucket = '', ACL, AccessControlPolicy } = input;
      const { accountId } = objects.buckets.get(Bucket);
      if (!hasAcls(objects, Bucket)) {
        throw new ServiceError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
      }
      const canned = ACL === undefined ? undefined : CANNED[ACL];
      if (ACL !== undefined && !canned) throw invalidArgument('Invalid canned ACL', 'x-amz-acl', ACL);
      const grants = canned ? [fullControl(accountId), ...canned] : AccessControlPolicy?.Grants;
      if (!grants) throw malformedXml();
      await objects.buckets.putSetting(Bucket, SETTING, JSON.stringify(grants));
      return {};
    }),
    GetObjectAcl: onObject<GetObjectAclCommandInput, GetObjectAclCommandOutput>(
      's3:GetObjectAcl',
      (input, context) => {
        const { bucket } = readableVersion(objects, identity, input, context);
        return { Owner: ownerOf(bucket.accountId), Grants: [fullControl(bucket.accountId)] };
      },
      's3:GetObjectVersionAcl',
    ),
    // Done when it changes nothing, refused when it would.
    PutObjectAcl: onObject<PutObjectAclCommandInput, PutObjectAclCommandOutput>(
      's3:PutObjectAcl',
      (input, context) => {
        const { bucket } = readableVersion(objects, identity, input, context);
        const list = input.AccessControlPolicy;
        const ACL = input.ACL ?? (list && (cannedOf(list.Grants, bucket.accountId) ?? 'custom'));
        if (ACL === undefined && grantIn(input) === undefined) {
          throw new ServiceError('MissingSecurityHeader', 'Your request was missing a required header');
        }
        checkAcl(objects, bucket.name, { ...input, ACL });
        return {};
      },
      's3:PutObjectVersionAcl',
    ),
  };
};
