import { ServiceError } from '../errors.ts';
import { checksumAlgorithms } from './digest.ts';
import type { Part } from './uploads.ts';
import { sameEtag } from './versions.ts';

/** A part as the client lists it to complete an upload. */
export interface CompletedPart {
  readonly PartNumber?: number;
  readonly ETag?: string;
  readonly ChecksumCRC32?: string;
  readonly ChecksumCRC32C?: string;
  readonly ChecksumCRC64NVME?: string;
  readonly ChecksumSHA1?: string;
  readonly ChecksumSHA256?: string;
}

export const MIN_PART_BYTES = 5 * 1024 * 1024;

const invalidPart = ({ PartNumber, ETag }: CompletedPart) =>
  new ServiceError(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { members: { PartNumber, ETag } },
  );

const invalidPartOrder = () =>
  new ServiceError(
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
  );

const entityTooSmall = (part: Part) =>
  new ServiceError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    members: {
      ProposedSize: part.size,
      MinSizeAllowed: MIN_PART_BYTES,
      PartNumber: part.number,
      ETag: part.etag.slice(1, -1),
    },
  });

/** The uploaded parts that a client's list means. Throws InvalidPart, InvalidPartOrder, EntityTooSmall. */
export const checkParts = (listed: readonly CompletedPart[], uploaded: readonly Part[]): Part[] => {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  let before = 0;
  const parts = listed.map((wanted) => {
    const number = wanted.PartNumber ?? 0;
    if (number <= before) throw invalidPartOrder();
    before = number;
    const part = byNumber.get(number);
    if (!part || !fits(wanted, part)) throw invalidPart(wanted);
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small) throw entityTooSmall(small);
  return parts;
};

const fits = (wanted: CompletedPart, part: Part): boolean => {
  if (wanted.ETag !== undefined && !sameEtag(wanted.ETag, part.etag)) return false;
  return checksumAlgorithms.every((algorithm) => {
    const given = wanted[`Checksum${algorithm}`];
    return given === undefined || part.checksums[algorithm] === undefined || given === part.checksums[algorithm];
  });
};
