import type {
  AbortMultipartUploadCommandInput,
  AbortMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import { isCombinable } from '../../../objects/crc-combine.ts';
import type { ChecksumAlgorithm } from '../../../objects/digest.ts';
import type { ChecksumType } from '../../../objects/version.ts';
import type { Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { checkAcl } from '../acl.ts';
import { algorithmNamed } from '../checksums.ts';
import { invalidRequest } from '../errors.ts';
import { encryptionMembers, headersOf } from '../object-headers.ts';
import { operations } from '../operation.ts';
import { writePermissions } from '../permissions.ts';
import { tagsFromHeader } from '../tags.ts';

/** How the checksum of the whole is to come about. CRC64NVME is only ever of the whole, SHA only ever of the parts'. */
const checksumTypeFor = (
  algorithm: ChecksumAlgorithm | undefined,
  asked: string | undefined,
): ChecksumType | undefined => {
  if (!algorithm) {
    if (asked === undefined) return undefined;
    throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  }
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const fits = type === 'FULL_OBJECT' ? isCombinable(algorithm) : type === 'COMPOSITE' && algorithm !== 'CRC64NVME';
  if (!fits) {
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return type as ChecksumType;
};

export const startOperations = ({ objects }: Pick<Platform, 'objects'>): Operations => {
  const { operation, onObject } = operations(objects);
  return {
    CreateMultipartUpload: operation<CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput>(
      writePermissions,
      async (input, context) => {
        const { Bucket = '', Key = '' } = input;
        checkAcl(objects, Bucket, input);
        const checksumAlgorithm = input.ChecksumAlgorithm && algorithmNamed(input.ChecksumAlgorithm);
        const start = {
          headers: headersOf(input, context),
          tags: tagsFromHeader(input.Tagging),
          checksumAlgorithm,
          checksumType: checksumTypeFor(checksumAlgorithm, input.ChecksumType),
          initiator: context.caller.arn,
        };
        const upload = await objects.commit(() => objects.uploads.start(Bucket, Key, start));
        return {
          Bucket,
          Key,
          UploadId: upload.uploadId,
          ChecksumAlgorithm: checksumAlgorithm,
          ChecksumType: upload.checksumType,
          ...encryptionMembers(upload.headers),
        };
      },
    ),
    AbortMultipartUpload: onObject<AbortMultipartUploadCommandInput, AbortMultipartUploadCommandOutput>(
      's3:AbortMultipartUpload',
      async ({ Bucket = '', Key = '', UploadId = '' }) => {
        await objects.commit(() => objects.uploads.abort(Bucket, Key, UploadId));
        return {};
      },
    ),
  };
};
