import type { CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import { objectUrl } from '../../../object-url.ts';
import type { Completion } from '../../../objects/uploads.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { checksumMembers, checksumMismatch, checkWhole, givenChecksums } from '../checksums.ts';
import { writeConditions } from '../conditions.ts';
import { invalidRequest, malformedXml } from '../errors.ts';
import { encryptionMembers } from '../object-headers.ts';
import { operations } from '../operation.ts';
import { writePermissions } from '../permissions.ts';
import { versionIdIn } from '../versions.ts';

const acceptFor = (input: CompleteMultipartUploadCommandInput): Completion['accept'] => {
  const given = givenChecksums(input);
  return ({ size, checksum }) => {
    if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size) {
      throw invalidRequest(
        `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${size}`,
      );
    }
    if (input.ChecksumType !== undefined && input.ChecksumType !== checksum?.type) {
      throw invalidRequest(
        `The upload was created using the ${checksum?.type ?? 'null'} checksum mode. The complete request must use the same checksum mode.`,
      );
    }
    for (const algorithm of Object.keys(given)) {
      // A checksum that nobody can check is no reason to say that it was right.
      if (algorithm !== checksum?.algorithm) throw checksumMismatch(checksum?.algorithm, algorithm);
    }
    if (checksum) checkWhole(given, { [checksum.algorithm]: checksum.value });
  };
};

export const completeMultipartUpload = ({ objects }: Pick<Platform, 'objects'>): Operation =>
  operations(objects).operation<CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput>(
    writePermissions,
    async (input, context) => {
      const { Bucket = '', Key = '', UploadId = '' } = input;
      const bucket = objects.buckets.get(Bucket);
      const parts = input.MultipartUpload?.Parts ?? [];
      if (parts.length === 0) throw malformedXml();
      const completion = { parts, conditions: writeConditions(input), accept: acceptFor(input) };
      const version = await objects.commit(() => objects.uploads.complete(Bucket, Key, UploadId, completion));
      return {
        Location: objectUrl(context.origin, Bucket, Key),
        Bucket,
        Key,
        ETag: version.etag,
        VersionId: versionIdIn(bucket, version),
        ...checksumMembers(version.checksums, version.checksumType),
        ...encryptionMembers(version.headers),
      };
    },
  );
