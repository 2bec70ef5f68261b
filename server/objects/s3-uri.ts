import { validationError } from '../errors.ts';
import { isBucketName } from './bucket-name.ts';
import type { S3Location } from './object-store.ts';

/** Splits `s3://bucket/key`; the key may be empty. Throws ValidationException naming what was expected. */
export const parseS3Uri = (uri: string): S3Location => {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(uri) ?? [];
  if (!isBucketName(bucket)) {
    throw validationError(`"${uri}" is not an S3 location: expected s3://BUCKET or s3://BUCKET/KEY.`);
  }
  return { bucket, key };
};
