import type { Identity } from '../../identity/identity.ts';
import type { Bucket } from '../../objects/buckets.ts';
import { noSuchKey } from '../../objects/errors.ts';
import type { ObjectStorage } from '../../objects/index.ts';
import type { ObjectVersion } from '../../objects/version.ts';
import type { RequestContext } from '../../operations.ts';
import { type CopyConditions, checkCopyConditions } from './conditions.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { bucketFacts, checkOwner, objectPermission } from './operation.ts';

export interface CopySourceInput extends CopyConditions {
  readonly CopySource?: string;
  readonly ExpectedSourceBucketOwner?: string;
}

export interface CopySource {
  readonly bucket: Bucket;
  readonly version: ObjectVersion;
  /** When the request names one. */
  readonly versionId?: string;
}

const parse = (text: string): { bucket: string; key: string; versionId?: string } => {
  const [path = '', query = ''] = text.split(/\?(?=versionId=)/);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path).replace(/^\//, '');
  } catch {
    throw invalidArgument('Copy Source must be URL-encoded', 'x-amz-copy-source', text);
  }
  const [, bucket, key] = /^([^/]+)\/(.+)$/s.exec(decoded) ?? [];
  if (!bucket || !key) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      text,
    );
  }
  return { bucket, key, versionId: query ? decodeURIComponent(query.slice('versionId='.length)) : undefined };
};

/** The version that a copy reads from, if the caller may read it and the request's conditions hold. */
export const copySourceOf = (
  objects: ObjectStorage,
  identity: Identity,
  input: CopySourceInput,
  context: RequestContext,
): CopySource => {
  const { bucket: name, key, versionId } = parse(input.CopySource ?? '');
  const asked = { Bucket: name, Key: key, VersionId: versionId };
  identity.authorize(
    context.caller,
    [objectPermission('s3:GetObject', 's3:GetObjectVersion', asked, context)],
    bucketFacts(objects, name, context),
  );
  checkOwner(objects, name, input.ExpectedSourceBucketOwner);
  const bucket = objects.buckets.get(name);
  const version = objects.versions.get(bucket, key, versionId);
  if (version.isDeleteMarker) {
    throw versionId === undefined
      ? noSuchKey(key)
      : invalidRequest('The source of a copy request may not specifically refer to a delete marker by version id.');
  }
  checkCopyConditions(input, version);
  return { bucket, version, versionId };
};
