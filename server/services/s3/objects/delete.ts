import type {
  DeletedObject,
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  _Error as ObjectError,
  ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../../errors.ts';
import type { Deletion } from '../../../objects/versions.ts';
import type { Operations, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { requireDigest } from '../document-digest.ts';
import { malformedXml, notImplemented } from '../errors.ts';
import { bucketFacts, objectPermission, operations } from '../operation.ts';

type Floors = Pick<Platform, 'objects' | 'identity'>;

const MAX_KEYS = 1000;

/** Conditions that S3 has for directory buckets only: passed over, they would delete what they were to save. */
const checkConditions = (...others: unknown[]) => {
  if (others.some((value) => value !== undefined)) throw notImplemented('deleting by size or time of modification');
};

const deleteObject =
  ({ objects }: Floors) =>
  async (input: DeleteObjectCommandInput) => {
    const { Bucket = '', Key = '', VersionId, IfMatch } = input;
    checkConditions(input.IfMatchLastModifiedTime, input.IfMatchSize);
    const deletion = await objects.commit(() => objects.versions.delete(Bucket, Key, VersionId, { ifMatch: IfMatch }));
    return { VersionId: deletion.versionId, DeleteMarker: deletion.isDeleteMarker || undefined };
  };

const deleted = ({ Key, VersionId }: ObjectIdentifier, { versionId, isDeleteMarker }: Deletion): DeletedObject => ({
  Key,
  VersionId,
  DeleteMarker: isDeleteMarker || undefined,
  DeleteMarkerVersionId: isDeleteMarker ? versionId : undefined,
});

const deleteOne = async (
  { objects, identity }: Floors,
  bucket: string,
  object: ObjectIdentifier,
  context: RequestContext,
) => {
  const { Key = '', VersionId, ETag } = object;
  checkConditions(object.LastModifiedTime, object.Size);
  const asked = { Bucket: bucket, Key, VersionId };
  const permission = objectPermission('s3:DeleteObject', 's3:DeleteObjectVersion', asked, context);
  identity.authorize(context.caller, [permission], bucketFacts(objects, bucket, context));
  return objects.commit(() => objects.versions.delete(bucket, Key, VersionId, { ifMatch: ETag }));
};

/** What a client is told about one key of many. Anything that is not meant for clients fails the whole request. */
const errorOf = ({ Key, VersionId }: ObjectIdentifier, reason: unknown): ObjectError => {
  if (!(reason instanceof ServiceError)) throw reason;
  const Code = reason.code === 'AccessDeniedException' ? 'AccessDenied' : reason.code;
  return { Key, VersionId, Code, Message: reason.message };
};

const deleteObjects = (floors: Floors) => async (input: DeleteObjectsCommandInput, context: RequestContext) => {
  const { Bucket = '', Delete } = input;
  requireDigest(context);
  const wanted = Delete?.Objects ?? [];
  if (wanted.length === 0 || wanted.length > MAX_KEYS || wanted.some(({ Key }) => !Key)) throw malformedXml();
  floors.objects.buckets.get(Bucket);
  // Asked for in one turn, they share one transaction.
  const outcomes = await Promise.allSettled(wanted.map((object) => deleteOne(floors, Bucket, object, context)));
  const Deleted: DeletedObject[] = [];
  const Errors: ObjectError[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const object = wanted[index]!;
    if (outcome.status === 'rejected') Errors.push(errorOf(object, outcome.reason));
    else if (!Delete?.Quiet) Deleted.push(deleted(object, outcome.value));
  }
  return { Deleted, Errors };
};

export const deleteOperations = (floors: Floors): Operations => {
  const { operation, onObject } = operations(floors.objects);
  return {
    DeleteObject: onObject<DeleteObjectCommandInput, DeleteObjectCommandOutput>(
      's3:DeleteObject',
      deleteObject(floors),
      's3:DeleteObjectVersion',
    ),
    // Decided key by key: one that the caller may not delete fails alone.
    DeleteObjects: operation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>(() => [], deleteObjects(floors)),
  };
};
