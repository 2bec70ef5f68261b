import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { checkAcl } from '../acl.ts';
import { bodyOf } from '../body.ts';
import { bodyChecks, checksumMembers } from '../checksums.ts';
import { writeConditions } from '../conditions.ts';
import { notImplemented } from '../errors.ts';
import { encryptionMembers, headersOf } from '../object-headers.ts';
import { operations } from '../operation.ts';
import { writePermissions } from '../permissions.ts';
import { tagsFromHeader } from '../tags.ts';
import { versionIdIn } from '../versions.ts';

export const putObject = ({ objects }: Pick<Platform, 'objects'>): Operation =>
  operations(objects).operation<PutObjectCommandInput, PutObjectCommandOutput>(
    writePermissions,
    async (input, context) => {
      const { Bucket = '', Key = '' } = input;
      const bucket = objects.buckets.get(Bucket);
      checkAcl(objects, Bucket, input);
      // Passed over, it would replace what it was to be added to.
      if (input.WriteOffsetBytes !== undefined) throw notImplemented('appending (x-amz-write-offset-bytes)');
      const { source, trailers } = bodyOf(input.Body);
      const { algorithms, accept } = bodyChecks(input, context.headers, trailers);
      const version = await objects.writes.put(Bucket, Key, source, {
        headers: headersOf(input, context),
        tags: tagsFromHeader(input.Tagging),
        conditions: writeConditions(input),
        algorithms,
        accept,
      });
      return {
        ETag: version.etag,
        VersionId: versionIdIn(bucket, version),
        ...checksumMembers(version.checksums, version.checksumType),
        ...encryptionMembers(version.headers),
      };
    },
  );
