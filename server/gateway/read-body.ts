import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ServiceError } from '../errors.ts';
import type { Exchange, Step } from './exchange.ts';

/** What one request may hold in memory. SageMaker's invocations and the largest documents are below it. */
export const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;
/** How long a client may take with its body. */
export interface Patience {
  /** Until a body that is held in memory is there. */
  readonly wholeBodyMs: number;
  /** Between two pieces of an upload that streams, which may take as long as it needs. */
  readonly silenceMs: number;
}
export const usualPatience: Patience = { wholeBodyMs: 120_000, silenceMs: 120_000 };

const tooLarge = () =>
  new ServiceError(
    'RequestEntityTooLargeException',
    `The request is larger than ${MAX_BUFFERED_BYTES} bytes. Put large data into S3 and pass its s3:// address.`,
    { status: 413 },
  );

/** Reads the whole body, unless the operation streams its input. */
export const readBody =
  ({ wholeBodyMs, silenceMs }: Patience): Step =>
  async (exchange) => {
    const { request } = exchange;
    if (exchange.form) return;
    if (exchange.operation?.streamsInput) return limitSilence(request, silenceMs);
    if (Number(request.headers['content-length'] ?? 0) > MAX_BUFFERED_BYTES) throw tooLarge();
    continueIfAsked(exchange);
    exchange.body = await collect(request, wholeBodyMs);
  };

/** Without it, a client that stops sending and keeps its connection would hold an upload open for ever. */
export function limitSilence(request: IncomingMessage, silenceMs: number): void {
  request.setTimeout(silenceMs, () => {
    // What has come and is not taken yet is our own slowness: the client may well be waiting for us.
    if (request.readableLength > 0) request.socket.setTimeout(silenceMs);
    else if (!request.complete) request.destroy(slowBody());
  });
  // What comes after the body is the server's time, which is not limited.
  request.once('end', () => request.setTimeout(0));
}

/** Tells a client that waits with its body to send it. */
export function continueIfAsked(exchange: Exchange): void {
  if (!exchange.expectsContinue) return;
  exchange.expectsContinue = false;
  exchange.response.writeContinue();
}

function collect(request: IncomingMessage, withinMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => end(slowBody()), withinMs);
    const end = (error?: Error) => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      if (error) reject(error);
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BUFFERED_BYTES) end(tooLarge());
      else chunks.push(chunk);
    });
    request.once('end', () => end());
    request.once('error', (error) => end(clientGone(error)));
    request.once('close', () => {
      if (!request.complete) end(clientGone());
    });
  });
}

const slowBody = () => new ServiceError('RequestTimeout', 'The request body did not arrive in time.', { status: 408 });
/** Nobody reads this answer; it is what logs and metrics know of the request. */
export const clientGone = (cause?: unknown) =>
  new ServiceError('RequestTimeout', 'The client closed the connection before the request was complete.', { cause });

const unzip = promisify(gunzip);

/** Takes off the compression that SDKs may put on (PutMetricData). S3's Content-Encoding belongs to the object. */
export const decompress: Step = async (exchange) => {
  if (!exchange.body || exchange.served!.model.service.id === 's3') return;
  if (exchange.request.headers['content-encoding'] !== 'gzip') return;
  try {
    exchange.body = await unzip(exchange.body, { maxOutputLength: MAX_BUFFERED_BYTES });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new ServiceError('SerializationException', 'The body is not valid gzip.', { cause });
  }
};
