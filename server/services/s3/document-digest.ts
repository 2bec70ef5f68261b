import { checksumAlgorithms, newDigest } from '../../objects/digest.ts';
import type { RequestContext } from '../../operations.ts';
import { bodyChecks, type ChecksumInput } from './checksums.ts';
import { invalidRequest } from './errors.ts';

/** There the checksum headers speak of the object to be, not of the request's own body. */
const OF_THE_OBJECT = new Set(['CompleteMultipartUpload', 'CreateMultipartUpload']);

const inputOf = ({ headers, operation }: RequestContext): ChecksumInput => ({
  ContentMD5: headers['content-md5'],
  ...(!OF_THE_OBJECT.has(operation) &&
    Object.fromEntries(
      checksumAlgorithms.map((name) => [`Checksum${name}`, headers[`x-amz-checksum-${name.toLowerCase()}`]]),
    )),
});

/** Throws BadDigest when a document (a policy, a list of keys …) is not the one that its digests were made of. */
export const checkDocument = (context: RequestContext): void => {
  const { body, headers } = context;
  if (!body?.length) return;
  const { algorithms, accept } = bodyChecks(inputOf(context), { ...headers, 'x-amz-trailer': undefined }, () => ({}));
  const digest = newDigest(algorithms);
  digest.update(body);
  accept({ size: body.length, ...digest.finish() });
};

/** Throws unless there is a digest to hold the document against, where S3 insists on one. */
export const requireDigest = ({ headers }: RequestContext): void => {
  const names = ['content-md5', 'x-amz-trailer', ...checksumAlgorithms.map((name) => `x-amz-checksum-${name}`)];
  if (names.some((name) => headers[name.toLowerCase()] !== undefined)) return;
  throw invalidRequest('Missing required header for this request: Content-MD5');
};
