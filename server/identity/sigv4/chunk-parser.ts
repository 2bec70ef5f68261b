import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import type { PayloadCheck } from '../identity.ts';
import { incompleteBody, invalidChunk, signatureDoesNotMatch } from './errors.ts';
import { emptyHash, type HmacKey, hmac, hmacKey, sha256Hex } from './hmac.ts';
import type { ChunkSigning } from './payload-check.ts';

type Chunked = Extract<PayloadCheck, { kind: 'aws-chunked' }>;

const LONGEST_LINE = 1024;
const LONGEST_TRAILER = 16 * 1024;
const CHUNK_HEADER = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const TRAILER_LINE = /^([A-Za-z0-9-]+):\s*(.*?)\s*$/;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

/**
 * Takes the `aws-chunked` framing off, piece by piece as bytes come, and checks the chain of signatures where there is
 * one. Data is given on before its chunk's signature has been seen: whoever takes it must drop everything when a later
 * call throws.
 */
export class ChunkParser {
  readonly trailers: Record<string, string> = {};
  readonly #check: Chunked;
  readonly #chain: SignatureChain | undefined;
  #state: 'header' | 'data' | 'data-end' | 'trailer' = 'header';
  #line = '';
  #remaining = 0;
  #total = 0;

  constructor(check: Chunked) {
    this.#check = check;
    this.#chain = check.signing && new SignatureChain(check.signing);
  }

  write(bytes: Buffer, give: (data: Buffer) => void): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') at = this.#takeData(bytes, at, give);
      else if (this.#state === 'trailer') at = this.#takeTrailer(bytes, at);
      else at = this.#takeLine(bytes, at);
    }
  }

  /** To be called after the last byte. */
  end(): void {
    if (this.#state !== 'trailer') throw incompleteBody('The request body terminated unexpectedly');
    const { decodedLength, trailer } = this.#check;
    if (decodedLength !== undefined && decodedLength !== this.#total) throw incompleteBody();
    this.#readTrailers(trailer);
  }

  #takeLine(bytes: Buffer, from: number): number {
    const newline = bytes.indexOf(10, from);
    const to = newline < 0 ? bytes.length : newline;
    if (this.#line.length + to - from > LONGEST_LINE) throw invalidChunk('A chunk header of the body is too long.');
    this.#line += bytes.toString('latin1', from, to);
    if (newline < 0) return to;
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    if (this.#state === 'header') this.#startChunk(line);
    else if (line === '') this.#state = 'header';
    else throw invalidChunk('A chunk of the body is longer than its header says.');
    return newline + 1;
  }

  #startChunk(line: string): void {
    const [, size, signature] = CHUNK_HEADER.exec(line) ?? [];
    if (size === undefined) throw invalidChunk('A chunk header of the body is malformed.');
    if (this.#chain && !signature) throw invalidChunk('A chunk of the body has no signature.');
    this.#remaining = Number.parseInt(size, 16);
    this.#total += this.#remaining;
    const { decodedLength } = this.#check;
    if (decodedLength !== undefined && this.#total > decodedLength) throw incompleteBody();
    this.#chain?.startChunk(signature!);
    this.#state = this.#remaining > 0 ? 'data' : 'trailer';
    if (this.#remaining === 0) this.#chain?.endChunk();
  }

  #takeData(bytes: Buffer, from: number, give: (data: Buffer) => void): number {
    const to = Math.min(bytes.length, from + this.#remaining);
    const data = bytes.subarray(from, to);
    this.#chain?.update(data);
    give(data);
    this.#remaining -= to - from;
    if (this.#remaining === 0) {
      this.#chain?.endChunk();
      this.#state = 'data-end';
    }
    return to;
  }

  #takeTrailer(bytes: Buffer, from: number): number {
    if (this.#line.length + bytes.length - from > LONGEST_TRAILER) throw invalidChunk('The trailer is too long.');
    this.#line += bytes.toString('latin1', from);
    return bytes.length;
  }

  #readTrailers(expected: boolean): void {
    let canonical = '';
    for (const line of this.#line.split(/\r?\n/)) {
      if (line === '') continue;
      const [, name, value] = TRAILER_LINE.exec(line) ?? [];
      if (!expected || name === undefined) throw invalidChunk('The trailer of the body is malformed.');
      const key = name.toLowerCase();
      this.trailers[key] = value!;
      if (key !== TRAILER_SIGNATURE) canonical += `${key}:${value}\n`;
    }
    if (!this.#chain || !expected) return;
    this.#chain.checkTrailer(canonical, this.trailers[TRAILER_SIGNATURE] ?? '');
    delete this.trailers[TRAILER_SIGNATURE];
  }
}

/** Each chunk's signature covers the one before, so that no chunk can be left out, doubled or moved. */
class SignatureChain {
  readonly #signing: ChunkSigning;
  readonly #key: HmacKey;
  #previous: string;
  #current = '';
  #hash: Hash | undefined;

  constructor(signing: ChunkSigning) {
    this.#signing = signing;
    this.#key = hmacKey(signing.key);
    this.#previous = signing.seed;
  }

  startChunk(signature: string): void {
    this.#current = signature;
    this.#hash = createHash('sha256');
  }

  update(data: Buffer): void {
    this.#hash?.update(data);
  }

  endChunk(): void {
    const hashed = this.#hash?.digest('hex') ?? emptyHash;
    this.#verify('AWS4-HMAC-SHA256-PAYLOAD', `${emptyHash}\n${hashed}`, this.#current);
  }

  checkTrailer(canonical: string, signature: string): void {
    this.#verify('AWS4-HMAC-SHA256-TRAILER', sha256Hex(canonical), signature);
  }

  #verify(algorithm: string, hashed: string, signature: string): void {
    const { date, scope } = this.#signing;
    const expected = hmac(this.#key, `${algorithm}\n${date}\n${scope}\n${this.#previous}\n${hashed}`);
    const sent = Buffer.from(signature, 'hex');
    if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) throw signatureDoesNotMatch();
    this.#previous = signature;
  }
}
