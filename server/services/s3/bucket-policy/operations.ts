import type {
  DeleteBucketPolicyCommandInput,
  DeleteBucketPolicyCommandOutput,
  GetBucketPolicyCommandInput,
  GetBucketPolicyCommandOutput,
  GetBucketPolicyStatusCommandInput,
  GetBucketPolicyStatusCommandOutput,
  PutBucketPolicyCommandInput,
  PutBucketPolicyCommandOutput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../../errors.ts';
import { POLICY } from '../../../objects/buckets.ts';
import type { ObjectStorage } from '../../../objects/index.ts';
import type { Operations } from '../../../operations.ts';
import { operations } from '../operation.ts';
import { checkPolicy, isPublic } from '../policy-document.ts';
import { publicAccessBlock } from '../public-access.ts';

const noSuchPolicy = (bucket: string) =>
  new ServiceError('NoSuchBucketPolicy', 'The bucket policy does not exist', {
    status: 404,
    members: { BucketName: bucket },
  });

/** Who else may do what with a bucket. The policy takes effect with the next request. */
export const bucketPolicyOperations = (objects: ObjectStorage): Operations => {
  const { onBucket } = operations(objects);
  const policyOf = (bucket: string): string => {
    const { policy } = objects.buckets.get(bucket);
    if (policy === undefined) throw noSuchPolicy(bucket);
    return policy;
  };

  return {
    GetBucketPolicy: onBucket<GetBucketPolicyCommandInput, GetBucketPolicyCommandOutput>(
      's3:GetBucketPolicy',
      ({ Bucket }, context) => {
        context.responseHeaders['content-type'] = 'application/json';
        return { Policy: policyOf(Bucket!) };
      },
    ),
    PutBucketPolicy: onBucket<PutBucketPolicyCommandInput, PutBucketPolicyCommandOutput>(
      's3:PutBucketPolicy',
      async ({ Bucket, Policy }) => {
        const document = checkPolicy(Policy ?? '', Bucket!);
        if (isPublic(document) && publicAccessBlock(objects, Bucket!).BlockPublicPolicy) {
          throw new ServiceError(
            'AccessDenied',
            'Public policies are blocked by the BlockPublicPolicy block public access setting. Change it with PutPublicAccessBlock first.',
            { status: 403 },
          );
        }
        await objects.buckets.putSetting(Bucket!, POLICY, Policy);
        return {};
      },
    ),
    DeleteBucketPolicy: onBucket<DeleteBucketPolicyCommandInput, DeleteBucketPolicyCommandOutput>(
      's3:DeleteBucketPolicy',
      async ({ Bucket }) => {
        await objects.buckets.putSetting(Bucket!, POLICY, undefined);
        return {};
      },
    ),
    GetBucketPolicyStatus: onBucket<GetBucketPolicyStatusCommandInput, GetBucketPolicyStatusCommandOutput>(
      's3:GetBucketPolicyStatus',
      ({ Bucket }) => ({ PolicyStatus: { IsPublic: isPublic(checkPolicy(policyOf(Bucket!), Bucket!)) } }),
    ),
  };
};
