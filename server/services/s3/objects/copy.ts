import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ObjectHeaders, ObjectTag } from '../../../objects/version.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { checkAcl } from '../acl.ts';
import { algorithmNamed, checksumMembers, MAX_UPLOAD_BYTES } from '../checksums.ts';
import { writeConditions } from '../conditions.ts';
import { type CopySource, copySourceOf } from '../copy-source.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { encryptionMembers, headersOf, placementOf } from '../object-headers.ts';
import { operations } from '../operation.ts';
import { writePermissions } from '../permissions.ts';
import { tagsFromHeader } from '../tags.ts';
import { versionIdIn } from '../versions.ts';

const directive = (value: string | undefined, name: string): 'COPY' | 'REPLACE' => {
  if (value === undefined || value === 'COPY') return 'COPY';
  if (value === 'REPLACE') return 'REPLACE';
  throw invalidArgument(`Unknown ${name} directive.`, `x-amz-${name}-directive`, value);
};

const checkSelfCopy = (input: CopyObjectCommandInput, { bucket, version, versionId }: CopySource) => {
  if (bucket.name !== input.Bucket || version.key !== input.Key || versionId !== undefined) return;
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.StorageClass !== undefined ||
    input.WebsiteRedirectLocation !== undefined ||
    input.ServerSideEncryption !== undefined;
  if (changes) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
};

const headersFor = (input: CopyObjectCommandInput, { version }: CopySource, context: RequestContext): ObjectHeaders => {
  // Checked even when they are not taken over.
  const own = headersOf(input, context);
  if (directive(input.MetadataDirective, 'metadata') === 'REPLACE') return own;
  return { ...version.headers, ...placementOf(input) };
};

const tagsFor = (input: CopyObjectCommandInput, { version }: CopySource): readonly ObjectTag[] | undefined =>
  directive(input.TaggingDirective, 'tagging') === 'REPLACE' ? tagsFromHeader(input.Tagging) : version.tags;

export const copyObject = ({ objects, identity }: Pick<Platform, 'objects' | 'identity'>): Operation =>
  operations(objects).operation<CopyObjectCommandInput, CopyObjectCommandOutput>(
    writePermissions,
    async (input, context) => {
      const { Bucket = '', Key = '' } = input;
      const bucket = objects.buckets.get(Bucket);
      checkAcl(objects, Bucket, input);
      const source = copySourceOf(objects, identity, input, context);
      checkSelfCopy(input, source);
      if (source.version.size > MAX_UPLOAD_BYTES) {
        throw invalidRequest(
          `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_UPLOAD_BYTES}`,
        );
      }
      const [had] = Object.keys(source.version.checksums);
      const algorithm = input.ChecksumAlgorithm ?? had;
      const version = await objects.writes.put(
        Bucket,
        Key,
        { version: source.version },
        {
          headers: headersFor(input, source, context),
          tags: tagsFor(input, source),
          conditions: writeConditions(input),
          algorithms: algorithm ? [algorithmNamed(algorithm)] : [],
        },
      );
      return {
        CopyObjectResult: {
          ETag: version.etag,
          LastModified: version.modifiedAt,
          ...checksumMembers(version.checksums, version.checksumType),
        },
        CopySourceVersionId: versionIdIn(source.bucket, source.version),
        VersionId: versionIdIn(bucket, version),
        ...encryptionMembers(version.headers),
      };
    },
  );
