import { ServiceError } from '../../errors.ts';
import type { AuthorizationFacts } from '../../identity/identity.ts';
import type { Bucket } from '../../objects/buckets.ts';
import type { ObjectStorage } from '../../objects/index.ts';
import type { Operation, Permission, RequestContext } from '../../operations.ts';
import { partitionOf } from '../../scope.ts';
import { checkDocument } from './document-digest.ts';
import { checkPolicy, isPublic } from './policy-document.ts';
import { publicAccessBlock } from './public-access.ts';

/** Members that requests for a bucket have in common. */
interface BucketInput {
  readonly Bucket?: string;
  readonly ExpectedBucketOwner?: string;
}

type Handle<Input, Output> = Operation<Input, Output>['handle'];
type PermissionsOf<Input> = (input: Input, context: RequestContext) => Permission[];

export const bucketArn = (bucket: string | undefined, { region }: RequestContext): string =>
  `arn:${partitionOf(region)}:s3:::${bucket}`;

export const objectArn = (bucket: string | undefined, key: string | undefined, context: RequestContext): string =>
  `${bucketArn(bucket, context)}/${key}`;

/** A bucket that restricts public access lets nobody from outside in as long as its policy would let in anybody. */
const isClosedTo = (objects: ObjectStorage, { name, policy, accountId }: Bucket, { caller }: RequestContext): boolean =>
  policy !== undefined &&
  caller.accountId !== accountId &&
  publicAccessBlock(objects, name).RestrictPublicBuckets === true &&
  isPublic(checkPolicy(policy, name));

/** What a decision about a bucket needs to know of it: its policy and whose it is. */
export const bucketFacts = (
  objects: ObjectStorage,
  bucket: string | undefined,
  context: RequestContext,
): Partial<AuthorizationFacts> => {
  const found = bucket === undefined ? undefined : objects.buckets.find(bucket);
  if (!found) return {};
  const resourcePolicy = isClosedTo(objects, found, context) ? undefined : found.policy;
  return { resourcePolicy, resourceAccountId: found.accountId };
};

/** Throws AccessDenied when the bucket is not the account's that the client takes for its owner. */
export const checkOwner = (objects: ObjectStorage, bucket: string | undefined, expected: string | undefined): void => {
  if (expected === undefined || bucket === undefined) return;
  const found = objects.buckets.find(bucket);
  if (found && found.accountId !== expected) throw new ServiceError('AccessDenied', 'Access Denied', { status: 403 });
};

/** Makes operations on buckets: each is decided with the bucket's policy, for its expected owner only, as it was sent. */
export const operations = (objects: ObjectStorage) => {
  const operation = <Input extends BucketInput, Output>(
    permissions: PermissionsOf<Input>,
    handle: Handle<Input, Output>,
  ): Operation<Input, Output> => ({
    permissions,
    facts: ({ Bucket }, context) => bucketFacts(objects, Bucket, context),
    handle(input, context) {
      checkOwner(objects, input.Bucket, input.ExpectedBucketOwner);
      checkDocument(context);
      return handle(input, context);
    },
  });
  return {
    operation,
    /** One action on the bucket itself. */
    onBucket: <Input extends BucketInput, Output>(action: string, handle: Handle<Input, Output>) =>
      operation<Input, Output>(({ Bucket }, context) => [{ action, resource: bucketArn(Bucket, context) }], handle),
    /** One action on an object; `versioned` is the action when the request names a version. */
    onObject: <Input extends BucketInput & { readonly Key?: string; readonly VersionId?: string }, Output>(
      action: string,
      handle: Handle<Input, Output>,
      versioned = action,
    ) =>
      operation<Input, Output>(
        ({ Bucket, Key, VersionId }, context) => [
          objectPermission(action, versioned, { Bucket, Key, VersionId }, context),
        ],
        handle,
      ),
  };
};

/** The permission for an object, or for the version of it that the request names. */
export const objectPermission = (
  action: string,
  versioned: string,
  { Bucket, Key, VersionId }: { readonly Bucket?: string; readonly Key?: string; readonly VersionId?: string },
  context: RequestContext,
): Permission => ({
  action: VersionId === undefined ? action : versioned,
  resource: objectArn(Bucket, Key, context),
  conditions: VersionId === undefined ? undefined : { 's3:VersionId': VersionId },
});
