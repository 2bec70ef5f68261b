import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import type { Identity } from '../identity/identity.ts';
import type { Logger } from '../logger.ts';
import type { Service } from '../models/services.ts';
import { protocols } from '../protocols/index.ts';
import { wireError } from './error-dialects.ts';
import type { Exchange, Step } from './exchange.ts';
import { answerOwn, type OwnRoutes } from './own-routes.ts';
import { clientGone, type Patience, usualPatience } from './read-body.ts';
import { answerPreflight, isPreflight, respond } from './respond.ts';
import type { ServedService } from './served-services.ts';
import { createSteps } from './steps.ts';

export interface GatewayParts {
  readonly served: ReadonlyMap<string, ServedService>;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Logger;
  readonly own: OwnRoutes;
  readonly patience?: Patience;
}

const NO_QUERY = new URLSearchParams();

/** The HTTP server: an exchange for each request, the steps over it, and an answer whatever happens. */
export function createGateway({ served, identity, clock, log, own, patience }: GatewayParts): Server {
  const steps = createSteps(served, identity, clock, patience ?? usualPatience);
  const onRequest = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const exchange = openExchange(request, response, expectsContinue);
    // A client that goes away is no fault of the server's.
    request.on('error', () => {});
    response.on('error', () => {});
    run(exchange, steps, own, log).catch((error) => {
      log.error('answering failed', { error, requestId: exchange.requestId });
      response.destroy();
    });
  };
  const server = createServer({
    keepAliveTimeout: 65_000,
    requestTimeout: 0,
    headersTimeout: 60_000,
    maxHeaderSize: 65_536,
  });
  server.on('request', onRequest(false));
  server.on('checkContinue', onRequest(true));
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

function openExchange(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Exchange {
  const url = originForm(request.url ?? '/');
  const mark = url.indexOf('?');
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  return {
    request,
    response,
    requestId: randomUUID(),
    startedAt: process.hrtime.bigint(),
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    rawQuery,
    query: rawQuery ? new URLSearchParams(rawQuery) : NO_QUERY,
    headers: request.headers,
    expectsContinue,
    region: '',
    labels: {},
  };
}

/** A client that uses us as an HTTP proxy sends the whole address; its host is in the Host header as well. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const path = /^https?:\/\/[^/?]*(.*)$/i.exec(url)?.[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}

async function run(exchange: Exchange, steps: readonly Step[], own: OwnRoutes, log: Logger): Promise<void> {
  if (isOwn(exchange)) return answerOwn(own, exchange.request, exchange.response, exchange.path);
  if (isPreflight(exchange)) return answerPreflight(exchange);
  try {
    for (const step of steps) {
      const pending = step(exchange);
      if (pending) await pending;
    }
    if (exchange.answer) respond(exchange, exchange.answer);
  } catch (error) {
    respondError(exchange, error, log);
  }
  record(exchange, own);
}

/** A signed request below /_/ is for an object of that name, in a bucket that stands in the host name. */
const isOwn = ({ path, rawQuery, request: { headers } }: Exchange): boolean =>
  path.startsWith('/_/') && !headers.authorization?.startsWith('AWS4-') && !rawQuery.includes('X-Amz-');

/** What the reading of a request fails with when its connection breaks, wherever it is read. */
const isBrokenOff = ({ request }: Exchange, error: unknown) =>
  error !== undefined && error === request.errored && !(error instanceof ServiceError);

function respondError(exchange: Exchange, thrown: unknown, log: Logger) {
  const error = isBrokenOff(exchange, thrown) ? clientGone(thrown) : thrown;
  const service = exchange.served?.model.service;
  const shown = wireError(error, exchange.served?.model);
  if (!(error instanceof ServiceError) || shown.status >= 500) {
    const { requestId, operationName } = exchange;
    const fields = { error, requestId, service: service?.id, operation: exchange.operation?.name ?? operationName };
    if (shown.status !== 501) log.error('request failed', fields);
  }
  const answer = protocols[errorProtocol(exchange, service)].encodeError(shown, exchange.requestId, exchange.operation);
  exchange.answer = answer;
  // Half an answer is out already: only a broken connection can still tell the client that it is not whole.
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  dropBodyHeaders(exchange.context?.responseHeaders ?? {});
  respond(exchange, answer);
}

/** What an operation has said of a body that will not come does not hold for the error; what it said of a thing does. */
function dropBodyHeaders(headers: Record<string, string>) {
  for (const name of Object.keys(headers)) if (/^(:status|content-.*|expires)$/.test(name)) delete headers[name];
}

function errorProtocol({ protocol, request }: Exchange, service: Service | undefined) {
  if (protocol) return protocol;
  if (service) return service.protocols[0]!;
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? 'query' : 'json-1.1';
}

function record({ served, operation, answer, response, startedAt }: Exchange, own: OwnRoutes) {
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const service = served?.model.service.id ?? 'unknown';
  own.metrics.record(service, operation?.name ?? 'unknown', answer?.status ?? response.statusCode, seconds);
}
