import type {
  CreateBucketCommandInput,
  CreateBucketCommandOutput,
  DeleteBucketCommandInput,
  DeleteBucketCommandOutput,
  GetBucketLocationCommandInput,
  GetBucketLocationCommandOutput,
  GetBucketVersioningCommandInput,
  GetBucketVersioningCommandOutput,
  HeadBucketCommandInput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
  PutBucketVersioningCommandInput,
  PutBucketVersioningCommandOutput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../../errors.ts';
import type { ObjectStorage } from '../../../objects/index.ts';
import type { Operation, Operations, RequestContext } from '../../../operations.ts';
import { invalidArgument, malformedXml, notImplemented } from '../errors.ts';
import { bucketArn, operations } from '../operation.ts';
import { ownerOf } from '../owner.ts';
import { checkTags } from '../tags.ts';
import { regionFor } from './location.ts';

const MAX_BUCKETS = 10_000;
const MAX_BUCKET_TAGS = 50;

/** As AWS sets up every new bucket. */
const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const createBucket = (objects: ObjectStorage) => async (input: CreateBucketCommandInput, context: RequestContext) => {
  const { Bucket: name = '', CreateBucketConfiguration: configuration } = input;
  const region = regionFor(configuration, context.region);
  if (input.ObjectLockEnabledForBucket) throw notImplemented('object lock');
  const tags = checkTags(configuration?.Tags ?? [], MAX_BUCKET_TAGS, 'Bucket');
  const before = objects.buckets.find(name);
  // The one region where creating a bucket again is no error: SDKs and scripts rely on either.
  const repeats = before?.accountId === context.accountId && before.region === 'us-east-1' && region === 'us-east-1';
  if (!repeats) {
    const ownership = { Rules: [{ ObjectOwnership: input.ObjectOwnership ?? 'BucketOwnerEnforced' }] };
    await objects.buckets.create(
      name,
      { accountId: context.accountId, region },
      {
        publicAccessBlock: JSON.stringify(ALL_BLOCKED),
        ownershipControls: JSON.stringify(ownership),
        ...(tags.length > 0 && { tagging: JSON.stringify({ TagSet: tags }) }),
      },
    );
  }
  return { Location: `/${name}`, BucketArn: bucketArn(name, context) };
};

const listBuckets = (objects: ObjectStorage) => (input: ListBucketsCommandInput, context: RequestContext) => {
  const { MaxBuckets: limit = MAX_BUCKETS, ContinuationToken: token, Prefix: prefix, BucketRegion: region } = input;
  if (limit < 1 || limit > MAX_BUCKETS) {
    throw invalidArgument(`MaxBuckets must be an integer between 1 and ${MAX_BUCKETS}`, 'max-buckets', limit);
  }
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
  const Buckets: NonNullable<ListBucketsCommandOutput['Buckets']> = [];
  let more: string | undefined;
  for (const bucket of objects.buckets.ofAccount(context.accountId, { prefix, after })) {
    if (region !== undefined && bucket.region !== region) continue;
    if (Buckets.length === limit) {
      more = Buckets.at(-1)!.Name;
      break;
    }
    Buckets.push({ Name: bucket.name, CreationDate: bucket.createdAt, BucketRegion: bucket.region });
  }
  return {
    Buckets,
    Owner: ownerOf(context.accountId),
    Prefix: prefix,
    ContinuationToken: more && Buffer.from(more).toString('base64url'),
  };
};

const putVersioning = (objects: ObjectStorage) => async (input: PutBucketVersioningCommandInput) => {
  const { Status, MFADelete } = input.VersioningConfiguration ?? {};
  if (Status !== 'Enabled' && Status !== 'Suspended') throw malformedXml();
  if (MFADelete === 'Enabled') throw notImplemented('MFA delete');
  await objects.buckets.setVersioning(input.Bucket!, Status);
  return {};
};

/** S3's buckets themselves: what there is, whose, where, and whether versions are kept. */
export const bucketOperations = (objects: ObjectStorage): Operations => {
  const { onBucket } = operations(objects);
  const location = (bucket: string) => objects.buckets.get(bucket).region;

  const ListBuckets: Operation<ListBucketsCommandInput, ListBucketsCommandOutput> = {
    permissions: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
    handle: (input, context) => {
      if (context.caller.kind === 'anonymous') throw new ServiceError('AccessDenied', 'Access Denied', { status: 403 });
      return listBuckets(objects)(input, context);
    },
  };

  return {
    ListBuckets,
    // Decided by the caller's own policies: whose bucket has the name already is for the answer to tell.
    CreateBucket: {
      permissions: ({ Bucket }, context) => [{ action: 's3:CreateBucket', resource: bucketArn(Bucket, context) }],
      handle: createBucket(objects),
    } satisfies Operation<CreateBucketCommandInput, CreateBucketCommandOutput>,
    HeadBucket: onBucket<HeadBucketCommandInput, HeadBucketCommandOutput>('s3:ListBucket', ({ Bucket }) => ({
      BucketRegion: location(Bucket!),
      AccessPointAlias: false,
    })),
    DeleteBucket: onBucket<DeleteBucketCommandInput, DeleteBucketCommandOutput>(
      's3:DeleteBucket',
      async ({ Bucket }) => {
        await objects.buckets.delete(Bucket!);
        return {};
      },
    ),
    GetBucketLocation: onBucket<GetBucketLocationCommandInput, GetBucketLocationCommandOutput>(
      's3:GetBucketLocation',
      ({ Bucket }) => {
        const region = location(Bucket!);
        // The oldest region has no name here.
        return { LocationConstraint: region === 'us-east-1' ? undefined : (region as 'eu-west-1') };
      },
    ),
    GetBucketVersioning: onBucket<GetBucketVersioningCommandInput, GetBucketVersioningCommandOutput>(
      's3:GetBucketVersioning',
      ({ Bucket }) => ({ Status: objects.buckets.get(Bucket!).versioning }),
    ),
    PutBucketVersioning: onBucket<PutBucketVersioningCommandInput, PutBucketVersioningCommandOutput>(
      's3:PutBucketVersioning',
      putVersioning(objects),
    ),
  };
};
