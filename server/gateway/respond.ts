import { pipeline, Readable } from 'node:stream';
import type { WireResponse } from '../protocols/protocol.ts';
import type { Exchange } from './exchange.ts';

/** Set by an operation whose success has more than one status, such as 206 for a range. */
const STATUS_HEADER = ':status';

/** Writes the answer, with the request id and CORS headers that every answer carries. */
export function respond(exchange: Exchange, answer: WireResponse): void {
  const { response } = exchange;
  const { body } = answer;
  if (response.headersSent || response.destroyed) {
    // Nobody reads it any more: what it would have been read from has to be let go.
    if (body instanceof Readable) body.destroy();
    return;
  }
  const headers: Record<string, string> = { ...answer.headers, ...commonHeaders(exchange) };
  let { status } = answer;
  for (const [name, value] of Object.entries(exchange.context?.responseHeaders ?? {})) {
    if (name === STATUS_HEADER) status = Number(value);
    else headers[name] = value;
  }
  // What is left of a body that nobody read would be taken for the next request.
  if (isUnread(exchange)) headers.connection = 'close';
  const bodiless = exchange.method === 'HEAD' || status === 204 || status === 304;
  if (!(body instanceof Readable)) {
    sendWhole(exchange, status, headers, bodiless ? undefined : body);
  } else if (bodiless) {
    body.destroy();
    sendWhole(exchange, status, headers);
  } else {
    sendStream(exchange, status, headers, body);
  }
}

const isUnread = ({ request }: Exchange) =>
  !request.complete &&
  (Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined);

function sendWhole(exchange: Exchange, status: number, headers: Record<string, string>, body?: string | Uint8Array) {
  const { response } = exchange;
  // A HEAD answer describes a body that is not sent: its length stays. For 204 and 304 a length of 0 would be wrong.
  const hasLength = status !== 204 && status !== 304;
  if (hasLength) headers['content-length'] ??= String(body === undefined ? 0 : Buffer.byteLength(body));
  response.writeHead(status, headers);
  // A client that still waits for "100 Continue" sends nothing more.
  if (!isUnread(exchange) || exchange.expectsContinue) response.end(body);
  else endLate(exchange, body);
}

const LINGER_MS = 5_000;

/**
 * Ends an answer that was there before the request's end. To close at once would reset the connection under a client
 * that is still sending: it would report a broken pipe, and never read why it was refused.
 */
function endLate({ request, response }: Exchange, body: string | Uint8Array | undefined) {
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  if (body === undefined) response.flushHeaders();
  else response.write(body);
  request.once('close', end);
  request.once('end', end);
  request.unpipe();
  request.resume();
}

function sendStream({ response }: Exchange, status: number, headers: Record<string, string>, body: Readable) {
  response.writeHead(status, headers);
  // A failure after the head can only be told by ending the connection early.
  pipeline(body, response, (error) => error && response.destroy());
}

function commonHeaders({ requestId, served, request }: Exchange): Record<string, string> {
  const headers: Record<string, string> =
    served?.model.service.id === 's3'
      ? { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId }
      : { 'x-amzn-requestid': requestId };
  if (request.headers.origin !== undefined) Object.assign(headers, corsHeaders);
  return headers;
}

/** Every request is signed, so a page of any origin may ask: without keys it gets nothing. */
const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*, etag, x-amz-request-id, x-amzn-requestid, x-amzn-errortype',
};

/** Answers a browser's question whether it may send a request. */
export function answerPreflight({ request, response }: Exchange): void {
  response.writeHead(204, {
    ...corsHeaders,
    'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE, OPTIONS',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '7200',
    'content-length': '0',
  });
  response.end();
}

export const isPreflight = ({ method, request }: Exchange): boolean =>
  method === 'OPTIONS' &&
  request.headers.origin !== undefined &&
  request.headers['access-control-request-method'] !== undefined;
