import { ServiceError } from '../../errors.ts';

// Generic codes. Services spell some of them differently (`InvalidAccessKeyId`, `UnrecognizedClientException`,
// `InvalidSignatureException` …); the gateway knows the spelling of each.

export const signatureDoesNotMatch = (
  message = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
    'Access Key and signing method. Consult the service documentation for details.',
) => new ServiceError('SignatureDoesNotMatch', message, { status: 403 });

export const incompleteSignature = (message: string) => new ServiceError('IncompleteSignature', message);

export const unsupportedAuthorization = () =>
  incompleteSignature('The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.');

export const unknownKey = (service: string) =>
  new ServiceError(
    'InvalidClientTokenId',
    service === 's3'
      ? 'The AWS Access Key Id you provided does not exist in our records.'
      : 'The security token included in the request is invalid.',
    { status: 403 },
  );

/** S3 alone tells a session token that is none from a key that is none. */
export const invalidToken = () =>
  new ServiceError('InvalidToken', 'The provided token is malformed or otherwise invalid.');

export const expiredToken = (service: string) =>
  new ServiceError(
    'ExpiredToken',
    service === 's3' ? 'The provided token has expired.' : 'The security token included in the request is expired',
    { status: 403 },
  );

/** The client's clock and ours are too far apart; `message` in the words of all services but S3. */
export const clockSkew = (service: string, message: string) =>
  service === 's3'
    ? new ServiceError(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        { status: 403 },
      )
    : new ServiceError('RequestExpired', message, { status: 403 });

/** A presigned URL is past its X-Amz-Expires. */
export const requestExpired = () => new ServiceError('RequestExpired', 'Request has expired', { status: 403 });

export const queryParametersError = (message: string) => new ServiceError('AuthorizationQueryParametersError', message);

export const unsignedHeaders = (names: readonly string[]) =>
  new ServiceError('AccessDenied', 'There were headers present in the request which were not signed', {
    status: 403,
    members: { HeadersNotSigned: names.join(', ') },
  });

export const invalidContentHash = () =>
  new ServiceError(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
  );

export const missingContentHash = () =>
  new ServiceError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');

export const contentHashMismatch = () =>
  new ServiceError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );

export const incompleteBody = (
  message = 'You did not provide the number of bytes specified by the Content-Length HTTP header.',
) => new ServiceError('IncompleteBody', message);

export const invalidChunk = (message: string) => new ServiceError('InvalidRequest', message);
