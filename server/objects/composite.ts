import { combineCrcs, isCombinable } from './crc-combine.ts';
import { type ChecksumAlgorithm, newChecksum } from './digest.ts';
import type { Part, Upload } from './uploads.ts';
import type { ChecksumType } from './version.ts';

export interface ComposedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

/** The checksum of an object in parts, from those of the parts; undefined when the upload asked for none. */
export const composeChecksum = (
  {
    checksumAlgorithm: algorithm,
    checksumType: type = 'COMPOSITE',
  }: Pick<Upload, 'checksumAlgorithm' | 'checksumType'>,
  parts: readonly Part[],
): ComposedChecksum | undefined => {
  if (!algorithm) return undefined;
  const own = parts.map((part) => ({ checksum: part.checksums[algorithm]!, size: part.size }));
  if (type === 'FULL_OBJECT' && isCombinable(algorithm)) {
    return { algorithm, type, value: combineCrcs(algorithm, own) };
  }
  const whole = newChecksum(algorithm);
  for (const { checksum } of own) whole.update(Buffer.from(checksum, 'base64'));
  return { algorithm, type: 'COMPOSITE', value: `${whole.bytes().toString('base64')}-${parts.length}` };
};
