import { createHash, timingSafeEqual } from 'node:crypto';
import { PassThrough, type Readable, Transform, type TransformCallback } from 'node:stream';
import type { DecodedPayload, PayloadCheck } from '../identity.ts';
import { ChunkParser } from './chunk-parser.ts';
import { contentHashMismatch, incompleteBody } from './errors.ts';
import { sha256Hex } from './hmac.ts';

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** See `Identity.verifyPayload`. */
export function verifyPayload(body: Buffer, check: PayloadCheck): Buffer {
  if (check.kind === 'unsigned') return body;
  if (check.kind === 'sha256') {
    if (!check.verified && !isSame(sha256Hex(body), check.hex)) throw contentHashMismatch();
    return body;
  }
  const pieces: Buffer[] = [];
  const parser = new ChunkParser(check);
  parser.write(body, (data) => pieces.push(data));
  parser.end();
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** See `Identity.decodePayload`. */
export function decodePayload(body: Readable, check: PayloadCheck): DecodedPayload {
  const decoded =
    check.kind === 'aws-chunked'
      ? new UnchunkedPayload(check)
      : check.kind === 'sha256'
        ? new HashedPayload(check.hex)
        : Object.assign(new PassThrough(), { trailers: {} });
  // Who refuses a request without reading its body hears nothing of how that ends, and an error that nobody hears would
  // end the process.
  decoded.on('error', () => {});
  // Not `pipeline`: it would destroy the request, and with it the connection that has to carry the error's answer.
  body.on('error', (error) => decoded.destroy(error));
  body.on('close', () => {
    if (!body.readableEnded) decoded.destroy(incompleteBody('The request body terminated unexpectedly'));
  });
  return body.pipe(decoded);
}

class UnchunkedPayload extends Transform implements DecodedPayload {
  readonly #parser: ChunkParser;

  constructor(check: Extract<PayloadCheck, { kind: 'aws-chunked' }>) {
    super();
    this.#parser = new ChunkParser(check);
  }

  get trailers(): Readonly<Record<string, string>> {
    return this.#parser.trailers;
  }

  override _transform(bytes: Buffer, _: string, done: TransformCallback): void {
    attempt(() => this.#parser.write(bytes, (data) => this.push(data)), done);
  }

  override _flush(done: TransformCallback): void {
    attempt(() => this.#parser.end(), done);
  }
}

class HashedPayload extends Transform implements DecodedPayload {
  readonly trailers = {};
  readonly #hash = createHash('sha256');
  readonly #expected: string;

  constructor(expected: string) {
    super();
    this.#expected = expected;
  }

  override _transform(bytes: Buffer, _: string, done: TransformCallback): void {
    this.#hash.update(bytes);
    done(null, bytes);
  }

  override _flush(done: TransformCallback): void {
    done(isSame(this.#hash.digest('hex'), this.#expected) ? null : contentHashMismatch());
  }
}

function attempt(step: () => void, done: TransformCallback): void {
  try {
    step();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}
