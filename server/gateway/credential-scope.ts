import { ServiceError } from '../errors.ts';
import type { Authenticated } from '../identity/identity.ts';
import type { Service } from '../models/services.ts';

/**
 * A signature is made for one service: what was signed for another one is refused, in the words of the one it went to.
 * Host names and targets decide where a request goes, and neither has to agree with the signature.
 */
export function checkSignedService({ signingName: signed }: Authenticated, service: Service, inQuery: boolean): void {
  const { id, signingName } = service;
  if (signed === signingName) return;
  if (id !== 's3') {
    const message = `Credential should be scoped to correct service: '${signingName}'.`;
    throw new ServiceError('SignatureDoesNotMatch', message, { status: 403 });
  }
  const reason = `incorrect service "${signed}". This endpoint belongs to "s3".`;
  throw inQuery
    ? new ServiceError('AuthorizationQueryParametersError', `Error parsing the X-Amz-Credential parameter; ${reason}`)
    : new ServiceError('AuthorizationHeaderMalformed', `The authorization header is malformed; ${reason}`);
}
