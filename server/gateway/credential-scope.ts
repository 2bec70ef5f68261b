import { ServiceError } from '../errors.ts';
import type { Authenticated } from '../identity/identity.ts';
import type { Service } from '../models/services.ts';

/** Where a request went, by its host name or target, and how it was signed. */
interface Destination {
  readonly service: Service;
  /** '' when the host names none. */
  readonly region: string;
  readonly signedInQuery: boolean;
}

/**
 * A signature is made for one service in one region: what was signed for another is refused, in the words of the one it
 * went to. Host names and targets decide where a request goes, and neither has to agree with the signature.
 */
export function checkSignedScope(authenticated: Authenticated, { service, region, signedInQuery }: Destination): void {
  const { signingName: signed, region: signedRegion } = authenticated;
  const isS3 = service.id === 's3';
  if (signed !== service.signingName) {
    if (!isS3) throw notInScope(`Credential should be scoped to correct service: '${service.signingName}'.`);
    throw malformedForS3(`incorrect service "${signed}". This endpoint belongs to "s3".`, signedInQuery);
  }
  if (region === '' || signedRegion === '' || signedRegion === region) return;
  if (!isS3) throw notInScope(`Credential should be scoped to a valid region, not '${signedRegion}'.`);
  throw malformedForS3(`the region '${signedRegion}' is wrong; expecting '${region}'`, signedInQuery, region);
}

const notInScope = (message: string) => new ServiceError('SignatureDoesNotMatch', message, { status: 403 });

function malformedForS3(reason: string, inQuery: boolean, region?: string): ServiceError {
  const options = { members: { Region: region } };
  return inQuery
    ? new ServiceError(
        'AuthorizationQueryParametersError',
        `Error parsing the X-Amz-Credential parameter; ${reason}`,
        options,
      )
    : new ServiceError('AuthorizationHeaderMalformed', `The authorization header is malformed; ${reason}`, options);
}
