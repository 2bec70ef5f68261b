import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { constraintErrors, ServiceError } from '../errors.ts';
import type { AuthorizationFacts, Caller, Identity } from '../identity/identity.ts';
import { alreadyAnswered } from '../operations.ts';
import { protocols } from '../protocols/index.ts';
import { serializationError } from '../protocols/scalars.ts';
import { checkSignedScope } from './credential-scope.ts';
import type { Exchange, Step } from './exchange.ts';
import { acceptForm, formAnswer } from './form-upload.ts';
import { findQueryOperation, identify } from './identify.ts';
import { takePresignedHeaders } from './presigned-headers.ts';
import { continueIfAsked, decompress, type Patience, readBody } from './read-body.ts';
import { ExchangeContext } from './request-context.ts';
import type { ServedService } from './served-services.ts';

/** What every request passes, in this order. Reading this list is reading the gateway. */
export const createSteps = (
  served: ReadonlyMap<string, ServedService>,
  identity: Identity,
  clock: Clock,
  patience: Patience,
): readonly Step[] => [
  identify(served),
  acceptForm(identity, clock, patience),
  // The signature covers the body's hash, so the body comes first; its size is bounded. Streams are checked on the way.
  readBody(patience),
  authenticate(identity),
  takePresignedHeaders,
  decompress,
  findQueryOperation,
  findHandler,
  decode(identity, clock),
  validate,
  authorize(identity),
  handle,
];

const ANONYMOUS: Caller = { kind: 'anonymous', accountId: '', arn: '*', userId: 'anonymous', accessKeyId: '' };
const DEFAULT_REGION = 'us-east-1';

const authenticate =
  (identity: Identity): Step =>
  (exchange) => {
    const { method, path, rawQuery, request, body } = exchange;
    const head = { method, path, query: rawQuery, headers: request.headers };
    const authenticated = exchange.form ? exchange.authenticated : identity.authenticate(head, body);
    if (authenticated) {
      const { service } = exchange.served!.model;
      const signedInQuery = !request.headers.authorization;
      checkSignedScope(authenticated, { service, region: exchange.region, signedInQuery });
    }
    exchange.authenticated = authenticated;
    exchange.region ||= authenticated?.region || DEFAULT_REGION;
    exchange.caller = authenticated?.caller ?? ANONYMOUS;
    if (authenticated && body && authenticated.payload.kind !== 'unsigned') {
      exchange.body = identity.verifyPayload(body, authenticated.payload);
    }
  };

/** A request without a signature goes on only to what may be open to anyone: S3 by bucket policy, and a few of STS. */
function refuseAnonymous({ caller, served, handler }: Exchange) {
  if (caller!.kind !== 'anonymous' || handler?.anonymous || served!.model.service.id === 's3') return;
  throw new ServiceError('MissingAuthenticationToken', 'Missing Authentication Token', { status: 403 });
}

const findHandler: Step = (exchange) => {
  const { served, operation, operationName } = exchange;
  exchange.handler = operation && served!.operations.get(operation.name);
  // Before the question of a signature: some operations, such as AssumeRoleWithWebIdentity, are never signed.
  if (operation && !exchange.handler) throw notThere(served!, operation.name);
  refuseAnonymous(exchange);
  if (!operation) throw unknownOperation(served!, operationName ?? '');
};

const notThere = ({ model }: ServedService, name: string) =>
  new ServiceError(
    'NotImplementedException',
    `${model.service.title} ${name} is not there yet. See docs/coverage.md for what is.`,
    { status: 501 },
  );

function unknownOperation({ model: { service } }: ServedService, name: string): ServiceError {
  if (service.protocols[0] === 'query') {
    const message = `Could not find operation ${name} for version ${service.apiVersion}`;
    return new ServiceError('InvalidAction', message);
  }
  if (service.id === 's3') {
    return new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      status: 405,
    });
  }
  return new ServiceError('UnknownOperationException', `Unknown operation ${name}`, {
    status: service.protocols[0] === 'rest-json' ? 404 : 400,
  });
}

const decode =
  (identity: Identity, clock: Clock): Step =>
  (exchange) => {
    const { operation, query, method, labels } = exchange;
    exchange.context = new ExchangeContext(exchange, clock.now());
    const wire = {
      method,
      labels,
      query,
      headers: exchange.headers,
      body: exchange.body ?? exchange.form?.file ?? payloadStream(exchange, identity),
    };
    try {
      exchange.input = protocols[exchange.protocol!].decode(operation!, wire);
    } catch (error) {
      // Endlessly nested input ends the stack, which is the sender's fault.
      throw error instanceof RangeError ? serializationError('The input is nested too deeply.') : error;
    }
  };

function payloadStream({ request, authenticated }: Exchange, identity: Identity): Readable {
  if (!authenticated || authenticated.payload.kind === 'unsigned') {
    return Object.assign(request, { trailers: request.trailers ?? {} });
  }
  return identity.decodePayload(request, authenticated.payload);
}

const validate: Step = ({ served, operation, input }) => {
  // S3 has words of its own for each parameter, which its handlers know.
  if (served!.model.service.id === 's3') return;
  const failures = served!.validate(operation!.name, input);
  if (failures.length === 0) return;
  const { validationCode } = served!.model.service;
  throw new ServiceError(validationCode, constraintErrors(failures).message);
};

const authorize =
  (identity: Identity): Step =>
  async (exchange) => {
    const { handler, input, context, caller, operation, served } = exchange;
    if (handler!.anonymous && caller!.kind === 'anonymous') return;
    const permissions = handler!.permissions?.(input, context!) ?? [
      { action: `${served!.model.service.actionPrefix}:${operation!.name}`, resource: '*' },
    ];
    if (permissions.length === 0) return;
    const resourceTags = identity.resourceTags(caller!, permissions);
    const facts: AuthorizationFacts = {
      sourceIp: exchange.request.socket.remoteAddress,
      secureTransport: 'encrypted' in exchange.request.socket,
      userAgent: context!.headers['user-agent'],
      region: exchange.region,
      now: context!.now,
      resourceTags: resourceTags && (await resourceTags),
    };
    const further = handler!.facts && (await handler!.facts(input, context!));
    identity.authorize(caller!, permissions, further ? { ...facts, ...further } : facts);
  };

const handle: Step = async (exchange) => {
  const { handler, input, context, operation, protocol, requestId } = exchange;
  continueIfAsked(exchange);
  const output = await handler!.handle(input, context!);
  if (output === alreadyAnswered) return;
  const answer = protocols[protocol!].encode(operation!, output, requestId);
  exchange.answer = exchange.form ? formAnswer(exchange, answer) : answer;
};
