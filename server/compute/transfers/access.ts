import type { Caller, Identity } from '../../identity/identity.ts';
import type { Logger } from '../../logger.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import { partitionOf } from '../../scope.ts';
import { ownerArn, type Workload } from '../workload.ts';

export type S3Action = 's3:ListBucket' | 's3:GetObject' | 's3:PutObject';

/** Object storage as a workload's role may use it. */
export interface Access {
  readonly objects: ObjectStore;
  readonly log: Logger;
  readonly region: string;
  /** For messages; missing when the workload has no role, and is then allowed everything. */
  readonly roleArn?: string;
  /** Throws what identity throws (AccessDeniedException) when the role may not do this. `key` is a prefix for lists. */
  require(action: S3Action, bucket: string, key: string): Promise<void>;
}

type Floor = { readonly identity: Identity; readonly objects: ObjectStore; readonly log: Logger };

/** Takes on the workload's role. Throws ValidationException when the role is gone or does not trust SageMaker. */
export async function openAccess(workload: Workload, { identity, objects, log }: Floor): Promise<Access> {
  const { roleArn, scope } = workload;
  const caller = roleArn
    ? (
        await identity.assumeForService(roleArn, 'sagemaker.amazonaws.com', 'SageMaker', {
          sourceArn: ownerArn(workload),
        })
      ).caller
    : undefined;
  return {
    objects,
    log,
    region: scope.region,
    roleArn,
    async require(action, bucket, key) {
      if (caller) await authorize({ identity, objects, caller, region: scope.region }, action, bucket, key);
    },
  };
}

type Asking = { identity: Identity; objects: ObjectStore; caller: Caller; region: string };

async function authorize({ identity, objects, caller, region }: Asking, action: S3Action, bucket: string, key: string) {
  const info = await objects.bucket(bucket);
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  const isList = action === 's3:ListBucket';
  identity.authorize(
    caller,
    [{ action, resource: isList ? arn : `${arn}/${key}`, ...(isList && { conditions: { 's3:prefix': key } }) }],
    { region, resourcePolicy: info?.policy, resourceAccountId: info?.accountId },
  );
}
