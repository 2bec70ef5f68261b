import { ServiceError } from '../errors.ts';
import type { ServiceModel } from '../models/service-model.ts';
import type { Service } from '../models/services.ts';
import type { WireError } from '../protocols/protocol.ts';

/** Codes that every service has, in the spelling and with the status of each family of services. */
type Dialect = Readonly<Record<string, readonly [code: string, status: number]>>;

const json: Dialect = {
  MissingAuthenticationToken: ['MissingAuthenticationTokenException', 400],
  AccessDenied: ['AccessDeniedException', 400],
  InvalidClientTokenId: ['UnrecognizedClientException', 400],
  SignatureDoesNotMatch: ['InvalidSignatureException', 400],
  XAmzContentSHA256Mismatch: ['InvalidSignatureException', 400],
  RequestExpired: ['InvalidSignatureException', 400],
  IncompleteSignature: ['IncompleteSignatureException', 400],
  ExpiredToken: ['ExpiredTokenException', 400],
  InternalFailure: ['InternalFailure', 500],
};

/** The same codes, with the statuses that HTTP has for them. */
const restJson: Dialect = {
  ...json,
  MissingAuthenticationToken: ['MissingAuthenticationTokenException', 403],
  AccessDenied: ['AccessDeniedException', 403],
  AccessDeniedException: ['AccessDeniedException', 403],
  InvalidClientTokenId: ['UnrecognizedClientException', 403],
  SignatureDoesNotMatch: ['InvalidSignatureException', 403],
  XAmzContentSHA256Mismatch: ['InvalidSignatureException', 403],
  RequestExpired: ['InvalidSignatureException', 403],
  IncompleteSignature: ['IncompleteSignatureException', 403],
  ExpiredToken: ['ExpiredTokenException', 403],
};

const query: Dialect = {
  MissingAuthenticationToken: ['MissingAuthenticationToken', 403],
  AccessDeniedException: ['AccessDenied', 403],
  InvalidClientTokenId: ['InvalidClientTokenId', 403],
  SignatureDoesNotMatch: ['SignatureDoesNotMatch', 403],
  XAmzContentSHA256Mismatch: ['SignatureDoesNotMatch', 403],
  RequestExpired: ['SignatureDoesNotMatch', 403],
  IncompleteSignature: ['IncompleteSignature', 400],
  ExpiredToken: ['ExpiredToken', 403],
  SerializationException: ['MalformedInput', 400],
};

const s3: Dialect = {
  MissingAuthenticationToken: ['AccessDenied', 403],
  AccessDeniedException: ['AccessDenied', 403],
  InvalidClientTokenId: ['InvalidAccessKeyId', 403],
  SignatureDoesNotMatch: ['SignatureDoesNotMatch', 403],
  RequestExpired: ['AccessDenied', 403],
  IncompleteSignature: ['AuthorizationHeaderMalformed', 400],
  ExpiredToken: ['ExpiredToken', 400],
  SerializationException: ['InvalidArgument', 400],
  RequestEntityTooLargeException: ['EntityTooLarge', 400],
  InternalFailure: ['InternalError', 500],
  NotImplementedException: ['NotImplemented', 501],
};

function dialectOf(service: Service | undefined): Dialect {
  if (service?.id === 's3') return s3;
  if (service?.protocols.includes('query')) return query;
  return service?.protocols[0] === 'rest-json' ? restJson : json;
}

/** A service that speaks Query and others names its errors by their structures, and by shorter codes in Query. */
function namesOf(code: string, model: ServiceModel | undefined): Pick<WireError, 'code' | 'queryCode'> {
  if (!model || model.service.protocols.length === 1) return { code };
  const structure =
    model.errors.get(code) ?? [...model.errors.values()].find(({ traits }) => traits.awsQueryError?.[0] === code);
  return structure ? { code: structure.name, queryCode: structure.traits.awsQueryError?.[0] ?? code } : { code };
}

/** Turns whatever was thrown into what the client may see. */
export function wireError(error: unknown, model: ServiceModel | undefined): WireError {
  const known =
    error instanceof ServiceError
      ? error
      : new ServiceError('InternalFailure', 'An internal error occurred. The server log has the details.', {
          status: 500,
        });
  const [code, status] = dialectOf(model?.service)[known.code] ?? [known.code, known.status];
  return {
    ...namesOf(code, model),
    status,
    message: known.message,
    members: known.members,
    fault: status >= 500 ? 'Receiver' : 'Sender',
  };
}
