import type { RequestHead } from '../identity.ts';
import { ALGORITHM, type Authorization, parsePresigned } from './authorization.ts';
import { queryParametersError, requestExpired } from './errors.ts';
import { checkNotAhead, parseTimestamp } from './time.ts';

export interface Presigned extends Authorization {
  readonly timestamp: string;
  readonly sessionToken?: string;
  /** Of the payload, where the request names one. */
  readonly contentHash?: string;
}

const SEVEN_DAYS = 604800;

export const isPresigned = (query: string): boolean =>
  query.includes('X-Amz-Signature=') || query.includes('X-Amz-Algorithm=');

/** Reads the signature from the query and checks its time of validity. */
export function parsePresignedQuery(head: RequestHead, now: number): Presigned {
  const parameters = new URLSearchParams(head.query);
  const [algorithm, credential, signature, timestamp, signedHeaders] = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Signature',
    'X-Amz-Date',
    'X-Amz-SignedHeaders',
  ].map((name) => parameters.get(name));
  if (!algorithm || !credential || !signature || !timestamp || !signedHeaders) {
    throw queryParametersError(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, ' +
        'X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  if (algorithm !== ALGORITHM) throw queryParametersError(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const authorization = parsePresigned(credential, signedHeaders, signature);
  checkValidity(timestamp, parameters.get('X-Amz-Expires'), now, authorization.scope.service);
  const signedHash = authorization.signedHeaders.includes('x-amz-content-sha256')
    ? head.headers['x-amz-content-sha256']
    : undefined;
  const contentHash = parameters.get('X-Amz-Content-Sha256') ?? signedHash;
  return {
    ...authorization,
    timestamp,
    sessionToken: parameters.get('X-Amz-Security-Token') ?? undefined,
    contentHash: typeof contentHash === 'string' ? contentHash : undefined,
  };
}

function checkValidity(timestamp: string, expires: string | null, now: number, service: string): void {
  const signedAt = parseTimestamp(timestamp);
  if (Number.isNaN(signedAt)) {
    throw queryParametersError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  // Only S3 asks for the parameter; a presigned GetCallerIdentity without it holds for as long as a header's signature.
  const seconds = expires === null ? 900 : Number(expires);
  if (!/^\d+$/.test(expires ?? '900')) throw queryParametersError('X-Amz-Expires should be a number');
  if (seconds > SEVEN_DAYS) {
    throw queryParametersError(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  checkNotAhead(timestamp, now, service);
  if (now > signedAt + seconds * 1000) throw requestExpired();
}
