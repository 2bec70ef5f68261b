import type { Caller, Identity } from '../../identity/identity.ts';
import type { ObjectStore, S3Location } from '../../objects/object-store.ts';
import { partitionOf } from '../../scope.ts';

/** Whose eyes to look with: a job's or model's role. */
export interface Viewer {
  readonly objects: ObjectStore;
  readonly identity: Identity;
  readonly caller: Caller;
  readonly region: string;
}

/** What an operation finds out about its inputs in S3. */
export type Finding = 'found' | 'missing' | 'forbidden';

/** Whether there is an object whose key begins so, as the role that may or may not list the bucket sees it. */
export async function findPrefix(viewer: Viewer, { bucket, key }: S3Location): Promise<Finding> {
  const info = await viewer.objects.bucket(bucket);
  if (!info) return 'missing';
  const prefix = { 's3:prefix': key };
  if (!may(viewer, { action: 's3:ListBucket', resource: arnIn(viewer, bucket), conditions: prefix }, info)) {
    return 'forbidden';
  }
  for await (const _ of viewer.objects.list(bucket, key)) return 'found';
  return 'missing';
}

/** Whether this very object is there, as the role that may or may not read it sees it. */
export async function findObject(viewer: Viewer, { bucket, key }: S3Location): Promise<Finding> {
  const info = await viewer.objects.bucket(bucket);
  if (!info) return 'missing';
  if (!may(viewer, { action: 's3:GetObject', resource: `${arnIn(viewer, bucket)}/${key}` }, info)) return 'forbidden';
  return (await viewer.objects.head(bucket, key)) ? 'found' : 'missing';
}

const arnIn = ({ region }: Viewer, bucket: string) => `arn:${partitionOf(region)}:s3:::${bucket}`;

const may = (
  { identity, caller, region }: Viewer,
  permission: Parameters<Identity['isAllowed']>[1],
  bucket: { readonly policy?: string; readonly accountId: string },
): boolean =>
  identity.isAllowed(caller, permission, {
    region,
    resourcePolicy: bucket.policy,
    resourceAccountId: bucket.accountId,
  });
