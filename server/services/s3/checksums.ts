import { ServiceError } from '../../errors.ts';
import { type ChecksumAlgorithm, checksumAlgorithms } from '../../objects/digest.ts';
import type { Checksums } from '../../objects/object-store.ts';
import type { Staged } from '../../objects/receive.ts';
import type { ChecksumType } from '../../objects/version.ts';
import { entityTooLarge, invalidRequest, notImplemented } from './errors.ts';

/** Members of requests and answers that carry checksums. */
export type ChecksumMembers = { readonly [algorithm in ChecksumAlgorithm as `Checksum${algorithm}`]?: string };

export interface ChecksumInput extends ChecksumMembers {
  readonly ChecksumAlgorithm?: string;
  readonly ContentMD5?: string;
  readonly ContentLength?: number;
}

/** S3 takes no more than this in one request; larger objects are uploaded in parts. */
export const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;

const CHECKSUM_BYTES: Record<ChecksumAlgorithm, number> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

const headerOf = (algorithm: ChecksumAlgorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

type Headers = Readonly<Record<string, string | undefined>>;

/** The algorithm of this name. Throws InvalidRequest for one that is not known. */
export const algorithmNamed = (name: string): ChecksumAlgorithm => {
  const found = checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase());
  if (!found)
    throw invalidRequest(
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${checksumAlgorithms.join(', ')}]`,
    );
  return found;
};

/** The checksum values that a request carries in its members. */
export const givenChecksums = (input: ChecksumMembers): Checksums =>
  Object.fromEntries(
    checksumAlgorithms.flatMap((algorithm) => {
      const value = input[`Checksum${algorithm}`];
      return value === undefined ? [] : [[algorithm, value]];
    }),
  );

/** An answer's members for checksums, and their type when there are any. */
export const checksumMembers = (
  checksums: Checksums,
  type?: ChecksumType,
): ChecksumMembers & { ChecksumType?: ChecksumType } => {
  const entries = Object.entries(checksums).map(([algorithm, value]) => [`Checksum${algorithm}`, value]);
  return entries.length === 0 ? {} : { ...Object.fromEntries(entries), ChecksumType: type };
};

/** Checksums that are promised for after the body. */
const trailingAlgorithms = (headers: Headers): ChecksumAlgorithm[] =>
  (headers['x-amz-trailer'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name.startsWith('x-amz-checksum-'))
    .map((name) => algorithmNamed(name.slice('x-amz-checksum-'.length)));

const checkForm = (algorithm: ChecksumAlgorithm, value: string, where = 'header') => {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === CHECKSUM_BYTES[algorithm] && bytes.toString('base64') === value) return;
  throw invalidRequest(`Value for ${headerOf(algorithm)} ${where} is invalid.`);
};

/** The checksum that was promised for after the body. */
const trailingChecksum = (algorithm: ChecksumAlgorithm, trailers: Headers): string => {
  const value = trailers[headerOf(algorithm)];
  if (value === undefined) {
    throw new ServiceError(
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    );
  }
  checkForm(algorithm, value, 'trailing header');
  return value;
};

const checkMd5 = (given: string, md5: Buffer) => {
  if (Buffer.from(given, 'base64').equals(md5)) return;
  throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    members: { ExpectedDigest: given, CalculatedDigest: md5.toString('base64') },
  });
};

const badDigest = (algorithm: string) =>
  new ServiceError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);

/** The client speaks of another checksum than its upload was started with. */
export const checksumMismatch = (expected: string | undefined, actual: string) =>
  invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${(expected ?? 'null').toLowerCase()}, actual checksum Type: ${actual.toLowerCase()}`,
  );

const unsupported = [
  'x-amz-checksum-xxhash64',
  'x-amz-checksum-xxhash3',
  'x-amz-checksum-xxhash128',
  'x-amz-checksum-sha512',
  'x-amz-checksum-md5',
];

/**
 * What to reckon while a body comes in, and the check of it afterwards against all that the client said: length,
 * Content-MD5, a checksum before the body or after it. Throws at once when what was said cannot be right.
 */
export const bodyChecks = (
  input: ChecksumInput,
  headers: Headers,
  trailers: () => Readonly<Record<string, string>>,
) => {
  const given = givenChecksums(input);
  const trailing = trailingAlgorithms(headers);
  const algorithms = new Set([...(Object.keys(given) as ChecksumAlgorithm[]), ...trailing]);
  if (unsupported.some((name) => headers[name] !== undefined)) throw notImplemented('this checksum algorithm');
  if (algorithms.size > 1) {
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  // A checksum that is given makes the algorithm's name beside it meaningless.
  if (input.ChecksumAlgorithm && algorithms.size === 0) algorithms.add(algorithmNamed(input.ChecksumAlgorithm));
  for (const [algorithm, value] of Object.entries(given)) checkForm(algorithm as ChecksumAlgorithm, value);
  if (input.ContentMD5 !== undefined && Buffer.from(input.ContentMD5, 'base64').length !== 16) {
    throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  const expectedSize = Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? Number.NaN);
  if (expectedSize > MAX_UPLOAD_BYTES) throw entityTooLarge(expectedSize, MAX_UPLOAD_BYTES);

  const accept = ({ size, md5, checksums }: Staged) => {
    if (!Number.isNaN(expectedSize) && size !== expectedSize) {
      throw new ServiceError(
        'IncompleteBody',
        'You did not provide the number of bytes specified by the Content-Length HTTP header',
      );
    }
    if (size > MAX_UPLOAD_BYTES) throw entityTooLarge(size, MAX_UPLOAD_BYTES);
    if (input.ContentMD5 !== undefined) checkMd5(input.ContentMD5, md5);
    for (const algorithm of trailing) {
      if (trailingChecksum(algorithm, trailers()) !== checksums[algorithm]) throw badDigest(algorithm);
    }
    checkWhole(given, checksums);
  };
  return { algorithms: [...algorithms], accept };
};

/** Throws BadDigest when the client says another checksum of a whole object than the one that was found. */
export const checkWhole = (given: Checksums, found: Checksums): void => {
  for (const [algorithm, value] of Object.entries(given)) {
    const own = found[algorithm as ChecksumAlgorithm];
    if (own !== undefined && own !== value) throw badDigest(algorithm);
  }
};
