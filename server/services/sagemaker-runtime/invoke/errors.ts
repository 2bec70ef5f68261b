import { ServiceError } from '../../../errors.ts';
import { arnOf, type Scope } from '../../../scope.ts';

const validation = (message: string) => new ServiceError('ValidationError', message);

export const endpointNotFound = ({ accountId }: Scope, endpoint: string) =>
  validation(`Endpoint ${endpoint} of account ${accountId} not found.`);

export const variantNotFound = (variant: string, endpoint: string) =>
  validation(`Variant ${variant} not found for Endpoint ${endpoint}.`);

export const notMultiModel = (endpoint: string) =>
  validation(`Endpoint ${endpoint} is not a multi-model endpoint and does not support target model header.`);

export const noInferenceComponents = () =>
  validation(
    'Inference Component Name header is not allowed for endpoints to which you dont plan to deploy inference ' +
      'components. Please remove the Inference Component Name header and try again.',
  );

export const notServed = (field: string) => validation(`${field} is not supported by this endpoint.`);

/** For the moments in which no instance of the variant is healthy. */
export const noInstance = () =>
  new ServiceError(
    'ServiceUnavailable',
    'A transient exception occurred while retrieving variant instances. Please try again.',
    { status: 503 },
  );

export const NO_ANSWER = 0;

const TIMED_OUT =
  'Your invocation timed out while waiting for a response from container primary. Review the latency metrics for ' +
  'each container in Amazon CloudWatch, resolve the issue, and try again.';

/** Why a container did not answer, in words. */
const SILENCES = {
  'timed-out': TIMED_OUT,
  disconnected: 'The connection to container primary was closed before it had answered.',
  'too-large': 'The response from container primary is larger than 25 MiB.',
};

export type Silence = keyof typeof SILENCES;

const MAX_MESSAGE = 16_384;

/** The container answered with an error of its own, which the client gets with its status and its text. */
export function modelError(scope: Scope, logGroup: string, status: number, body: Uint8Array): ServiceError {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const opening = `Received ${status >= 400 && status < 500 ? 'client' : 'server'} error (${status}) from primary`;
  const said = body.length <= MAX_MESSAGE ? `with message "${text}"` : 'and could not load the entire response body';
  return error(scope, logGroup, status, `${opening} ${said}.`, text.slice(0, MAX_MESSAGE));
}

/** The container did not answer in time, or not at all. */
export function modelSilent(scope: Scope, logGroup: string, why: Silence): ServiceError {
  const text = SILENCES[why];
  return error(scope, logGroup, NO_ANSWER, `Received server error (0) from primary with message "${text}".`, text);
}

function error(scope: Scope, logGroup: string, status: number, opening: string, original: string): ServiceError {
  const { accountId, region } = scope;
  const console = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${logGroup}`;
  return new ServiceError('ModelError', `${opening} See ${console} in account ${accountId} for more information.`, {
    status: 424,
    members: {
      ErrorCode: status >= 400 && status < 500 ? 'CLIENT_ERROR_FROM_MODEL' : 'INTERNAL_FAILURE_FROM_MODEL',
      LogStreamArn: arnOf(scope, 'logs', `log-group:${logGroup}`),
      OriginalMessage: original,
      OriginalStatusCode: status,
    },
  });
}
