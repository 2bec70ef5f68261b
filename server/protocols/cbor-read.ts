import { BYTES, EPOCH_SECONDS, LIST, MAP, NEGATIVE, TAG, TEXT, UNSIGNED } from './cbor-kinds.ts';
import { serializationError } from './scalars.ts';

const INDEFINITE = 31;
const BREAK = 0xff;

const POSITIVE_BIGNUM = 2;
const NEGATIVE_BIGNUM = 3;
const DECIMAL_FRACTION = 4;

/** More than any input of AWS nests. */
const DEEPEST = 100;

/**
 * What a CBOR text holds, in JavaScript's types: dates for times, bytes for bytes. The SDK's own reader writes a warning
 * into the log for every large number, takes dates that are none, and has no end to how deep it goes. Throws
 * SerializationException.
 */
export const cborValue = (bytes: Buffer): unknown => new CborReader(bytes).value(0);

const malformed = (why: string) => serializationError(`The payload is not valid CBOR: ${why}.`);

class CborReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST) throw malformed('it is nested too deeply');
    const first = this.#take(1)[0]!;
    const kind = first >> 5;
    const info = first & 31;
    switch (kind) {
      case UNSIGNED:
        return this.#argument(info);
      case NEGATIVE:
        return -1 - this.#argument(info);
      case BYTES:
        return this.#pieces(kind, info);
      case TEXT:
        return this.#pieces(kind, info).toString('utf8');
      case LIST:
        return [...this.#items(info, 1, () => this.value(depth + 1))];
      case MAP:
        return Object.fromEntries(this.#items(info, 2, () => [this.#key(depth + 1), this.value(depth + 1)] as const));
      case TAG:
        return tagged(this.#argument(info), this.value(depth + 1));
      default:
        return this.#simple(info);
    }
  }

  #key(depth: number): string {
    const key = this.value(depth);
    if (typeof key !== 'string') throw malformed('a key is no text');
    return key;
  }

  /** The items of a list or map, each of which takes `least` bytes or more. */
  *#items<T>(info: number, least: number, next: () => T): Generator<T> {
    if (info === INDEFINITE) {
      while (!this.#atBreak()) yield next();
      return;
    }
    const count = this.#length(info, least);
    for (let i = 0; i < count; i++) yield next();
  }

  /** A string, whole or in pieces of its own kind. */
  #pieces(kind: number, info: number): Buffer {
    if (info !== INDEFINITE) return this.#take(this.#length(info, 1));
    const pieces: Buffer[] = [];
    while (!this.#atBreak()) {
      const first = this.#take(1)[0]!;
      if (first >> 5 !== kind || (first & 31) === INDEFINITE) throw malformed('a string has pieces of another kind');
      pieces.push(this.#take(this.#length(first & 31, 1)));
    }
    return Buffer.concat(pieces);
  }

  #atBreak(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at++;
    return true;
  }

  #length(info: number, least: number): number {
    const length = this.#argument(info);
    if (length * least > this.#bytes.length - this.#at) throw malformed('it ends too early');
    return length;
  }

  /** Whole numbers beyond what JavaScript holds exactly come as the nearest one that it does. */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#take(1).readUInt8();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info === 27) return Number(this.#take(8).readBigUInt64BE());
    throw malformed('a length has no such form');
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        return halfFloat(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      default:
        throw malformed('it has a value that nobody knows');
    }
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw malformed('it ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** Tags that nobody knows say something about a value, which stays what it is. */
function tagged(tag: number, value: unknown): unknown {
  if (tag === EPOCH_SECONDS) {
    const date = new Date(typeof value === 'number' ? value * 1000 : Number.NaN);
    if (Number.isNaN(date.getTime())) throw malformed('a time is none');
    return date;
  }
  if (tag === POSITIVE_BIGNUM || tag === NEGATIVE_BIGNUM) {
    if (!(value instanceof Uint8Array)) throw malformed('a large number has no bytes');
    const size = Number(`0x${Buffer.from(value).toString('hex') || '0'}`);
    return tag === POSITIVE_BIGNUM ? size : -1 - size;
  }
  if (tag === DECIMAL_FRACTION) {
    const [exponent, mantissa] = Array.isArray(value) ? value : [];
    if (typeof exponent !== 'number' || typeof mantissa !== 'number') throw malformed('a decimal fraction is none');
    return Number(`${mantissa}e${exponent}`);
  }
  return value;
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
