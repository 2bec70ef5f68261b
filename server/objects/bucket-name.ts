import { isIP } from 'node:net';
import { invalidBucketName, invalidKey, keyTooLong } from './errors.ts';

const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** S3's rules for names of general purpose buckets: 3 to 63 characters, as in a DNS name. */
export const isBucketName = (name: string): boolean =>
  /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/.test(name) &&
  !name.includes('..') &&
  isIP(name) === 0 &&
  !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
  !RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix));

export const checkBucketName = (name: string): void => {
  if (!isBucketName(name)) throw invalidBucketName(name);
};

const MAX_KEY_BYTES = 1024;

/** Any text of 1 to 1024 bytes in UTF-8. */
export const checkKey = (key: string): void => {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) throw keyTooLong(size);
  if (size === 0) throw invalidKey('Object key must not be empty.');
  // Keys are answered in XML and ordered as C strings are; neither can carry these.
  if (key.includes('\0') || !key.isWellFormed()) throw invalidKey('Object key must be well-formed UTF-8 without NUL.');
};
