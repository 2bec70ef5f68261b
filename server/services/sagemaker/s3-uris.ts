import { ServiceError, validationError } from '../../errors.ts';
import type { S3Location } from '../../objects/object-store.ts';
import { parseS3Uri } from '../../objects/s3-uri.ts';

const VIRTUAL_HOST = /^https:\/\/([^/]+)\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?\/(.+)$/s;
const PATH_STYLE = /^https:\/\/s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?\/([^/]+)\/(.+)$/s;

/** SageMaker also takes objects by their HTTPS address, in both of S3's styles: the same as an S3 URI. */
export function asS3Uri(uri: string): string {
  const [, bucket, key] = PATH_STYLE.exec(uri) ?? VIRTUAL_HOST.exec(uri) ?? [];
  return bucket && key ? `s3://${bucket}/${decoded(key)}` : uri;
}

/** Throws ValidationException, naming the field, for what is no location in S3. */
export function locationIn(field: string, uri: string): S3Location {
  try {
    return parseS3Uri(asS3Uri(uri));
  } catch (error) {
    throw error instanceof ServiceError ? validationError(`Invalid ${field}: ${error.message}`) : error;
  }
}

/** The URI with exactly one slash between it and what is appended. */
export const below = (uri: string, ...parts: string[]): string => [uri.replace(/\/+$/, ''), ...parts].join('/');

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
