import type {
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm } from '../../../objects/digest.ts';
import type { ObjectStorage } from '../../../objects/index.ts';
import type { Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { bodyOf } from '../body.ts';
import { bodyChecks, checksumMembers, checksumMismatch, MAX_UPLOAD_BYTES } from '../checksums.ts';
import { copySourceOf } from '../copy-source.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { operations } from '../operation.ts';
import { copyRangeOf } from '../ranges.ts';
import { versionIdIn } from '../versions.ts';

interface PartInput {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly UploadId?: string;
  readonly PartNumber?: number;
}

const targetOf = ({ Bucket = '', Key = '', UploadId = '', PartNumber: number = 0 }: PartInput) => {
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', number);
  }
  return { bucket: Bucket, key: Key, uploadId: UploadId, number };
};

/** Parts have the checksum that their upload was started with, if it was started with one. */
const checkAlgorithm = (
  objects: ObjectStorage,
  { bucket, key, uploadId }: ReturnType<typeof targetOf>,
  algorithms: readonly ChecksumAlgorithm[],
) => {
  const { checksumAlgorithm } = objects.uploads.findOpen(objects.buckets.get(bucket), key, uploadId);
  const other = algorithms.find((algorithm) => algorithm !== checksumAlgorithm);
  if (checksumAlgorithm === undefined || other === undefined) return;
  throw checksumMismatch(checksumAlgorithm, other);
};

export const uploadPartOperations = ({ objects, identity }: Pick<Platform, 'objects' | 'identity'>): Operations => {
  const { onObject } = operations(objects);
  return {
    UploadPart: onObject<UploadPartCommandInput, UploadPartCommandOutput>('s3:PutObject', async (input, context) => {
      const target = targetOf(input);
      const { source, trailers } = bodyOf(input.Body);
      const { algorithms, accept } = bodyChecks(input, context.headers, trailers);
      checkAlgorithm(objects, target, algorithms);
      const part = await objects.writes.putPart(target, source, { algorithms, accept });
      return { ETag: part.etag, ...checksumMembers(part.checksums) };
    }),
    UploadPartCopy: onObject<UploadPartCopyCommandInput, UploadPartCopyCommandOutput>(
      's3:PutObject',
      async (input, context) => {
        const target = targetOf(input);
        const { bucket, version } = copySourceOf(objects, identity, input, context);
        const extent = copyRangeOf(input.CopySourceRange, version.size) ?? { start: 0, end: version.size };
        if (extent.end - extent.start > MAX_UPLOAD_BYTES) {
          throw invalidRequest(
            `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_UPLOAD_BYTES}`,
          );
        }
        const part = await objects.writes.putPart(target, { version, extent });
        return {
          CopyPartResult: { ETag: part.etag, LastModified: part.modifiedAt, ...checksumMembers(part.checksums) },
          CopySourceVersionId: versionIdIn(bucket, version),
        };
      },
    ),
  };
};
