import type { Member, Shape } from '../models/shapes.ts';
import { BYTES, EPOCH_SECONDS, LIST, MAP, NEGATIVE, TAG, TEXT, UNSIGNED } from './cbor-kinds.ts';

const FALSE = 0xf4;
const TRUE = 0xf5;
const FLOAT_64 = 0xfb;
const LARGEST_HEAD = 9;

/**
 * An output in CBOR, written from its shape. The SDK's own writer goes by the value alone and makes an integer of 2.0,
 * which Python then shows as 2.
 */
export function cborOf(shape: Shape, value: unknown): Buffer {
  const out = new CborBuffer();
  write(out, shape, value);
  return out.done();
}

function write(out: CborBuffer, shape: Shape, value: unknown): void {
  switch (shape.type) {
    case 'structure':
    case 'union':
      writeStructure(out, shape.members, value as Record<string, unknown>);
      break;
    case 'list':
      writeList(out, shape.member.shape, value as unknown[]);
      break;
    case 'map':
      writeMap(out, shape.value.shape, value as Record<string, unknown>);
      break;
    case 'timestamp':
      out.head(TAG, EPOCH_SECONDS);
      out.number((value as Date).getTime() / 1000);
      break;
    case 'number':
      if (shape.floating) out.float(value as number);
      else out.number(value as number);
      break;
    case 'boolean':
      out.byte(value ? TRUE : FALSE);
      break;
    case 'blob':
      out.bytes(value as Uint8Array);
      break;
    default:
      out.text(String(value));
  }
}

function writeStructure(out: CborBuffer, members: readonly Member[], value: Record<string, unknown>): void {
  const present = members.filter(({ name }) => value[name] !== undefined && value[name] !== null);
  out.head(MAP, present.length);
  for (const { name, shape } of present) {
    out.text(name);
    write(out, shape, value[name]);
  }
}

function writeList(out: CborBuffer, shape: Shape, items: readonly unknown[]): void {
  out.head(LIST, items.length);
  for (const item of items) write(out, shape, item);
}

function writeMap(out: CborBuffer, shape: Shape, map: Record<string, unknown>): void {
  const entries = Object.entries(map);
  out.head(MAP, entries.length);
  for (const [key, item] of entries) {
    out.text(key);
    write(out, shape, item);
  }
}

/** Bytes that grow as they are written. */
class CborBuffer {
  #bytes = Buffer.allocUnsafe(1024);
  #end = 0;

  done(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#end++] = value;
  }

  /** The kind of an item with its length, or with the whole number that it is. */
  head(kind: number, value: number): void {
    this.#reserve(LARGEST_HEAD);
    const first = kind << 5;
    if (value < 24) this.#bytes[this.#end++] = first | value;
    else if (value < 0x100) {
      this.#bytes[this.#end++] = first | 24;
      this.#end = this.#bytes.writeUInt8(value, this.#end);
    } else if (value < 0x10000) {
      this.#bytes[this.#end++] = first | 25;
      this.#end = this.#bytes.writeUInt16BE(value, this.#end);
    } else if (value < 0x100000000) {
      this.#bytes[this.#end++] = first | 26;
      this.#end = this.#bytes.writeUInt32BE(value, this.#end);
    } else {
      this.#bytes[this.#end++] = first | 27;
      this.#end = this.#bytes.writeBigUInt64BE(BigInt(value), this.#end);
    }
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value)) this.float(value);
    else if (value >= 0) this.head(UNSIGNED, value);
    else this.head(NEGATIVE, -1 - value);
  }

  float(value: number): void {
    this.#reserve(LARGEST_HEAD);
    this.#bytes[this.#end++] = FLOAT_64;
    this.#end = this.#bytes.writeDoubleBE(value, this.#end);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.head(TEXT, length);
    this.#reserve(length);
    this.#end += this.#bytes.write(value, this.#end);
  }

  bytes(value: Uint8Array): void {
    this.head(BYTES, value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
