import { crc32 } from 'node:zlib';

/** A running cyclic redundancy check; `bytes` is what S3 encodes in base64: big-endian. */
export interface Crc {
  update(data: Uint8Array): void;
  bytes(): Buffer;
}

/** Polynomials with their bits reflected, as tables use them. */
export const CRC32_POLYNOMIAL = 0xedb88320n;
export const CRC32C_POLYNOMIAL = 0x82f63b78n;
export const CRC64NVME_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** Table k holds, for each byte, its effect on the remainder when k more bytes follow: eight bytes go in one step. */
const slicingTables = (polynomial: bigint): BigUint64Array => {
  const tables = new BigUint64Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    tables[byte] = value;
  }
  for (let index = 256; index < tables.length; index++) {
    const before = tables[index - 256]!;
    tables[index] = (before >> 8n) ^ tables[Number(before & 0xffn)]!;
  }
  return tables;
};

const halves = (tables: BigUint64Array) => ({
  low: Int32Array.from(tables, (value) => Number(BigInt.asIntN(32, value))),
  high: Int32Array.from(tables, (value) => Number(BigInt.asIntN(32, value >> 32n))),
});

const wordsOf = (data: Uint8Array) => new DataView(data.buffer, data.byteOffset, data.byteLength);

export const newCrc32 = (): Crc => {
  let value = 0;
  return {
    update(data) {
      value = crc32(data, value);
    },
    bytes: () => uint32(value),
  };
};

let crc32cTables: Int32Array | undefined;

export const newCrc32c = (): Crc => {
  crc32cTables ??= halves(slicingTables(CRC32C_POLYNOMIAL)).low;
  const t = crc32cTables;
  let crc = -1;
  return {
    update(data) {
      const view = wordsOf(data);
      const whole = data.byteLength & ~7;
      let c = crc;
      for (let at = 0; at < whole; at += 8) {
        const a = c ^ view.getInt32(at, true);
        const b = view.getInt32(at + 4, true);
        c =
          t[1792 + (a & 255)]! ^
          t[1536 + ((a >>> 8) & 255)]! ^
          t[1280 + ((a >>> 16) & 255)]! ^
          t[1024 + (a >>> 24)]! ^
          t[768 + (b & 255)]! ^
          t[512 + ((b >>> 8) & 255)]! ^
          t[256 + ((b >>> 16) & 255)]! ^
          t[b >>> 24]!;
      }
      for (let at = whole; at < data.byteLength; at++) c = (c >>> 8) ^ t[(c ^ data[at]!) & 255]!;
      crc = c;
    },
    bytes: () => uint32(~crc),
  };
};

let crc64Tables: { low: Int32Array; high: Int32Array } | undefined;

export const newCrc64Nvme = (): Crc => {
  crc64Tables ??= halves(slicingTables(CRC64NVME_POLYNOMIAL));
  const { low: l, high: h } = crc64Tables;
  let low = -1;
  let high = -1;
  return {
    update(data) {
      const view = wordsOf(data);
      const whole = data.byteLength & ~7;
      let lo = low;
      let hi = high;
      for (let at = 0; at < whole; at += 8) {
        const a = lo ^ view.getInt32(at, true);
        const b = hi ^ view.getInt32(at + 4, true);
        const i0 = 1792 + (a & 255);
        const i1 = 1536 + ((a >>> 8) & 255);
        const i2 = 1280 + ((a >>> 16) & 255);
        const i3 = 1024 + (a >>> 24);
        const i4 = 768 + (b & 255);
        const i5 = 512 + ((b >>> 8) & 255);
        const i6 = 256 + ((b >>> 16) & 255);
        const i7 = b >>> 24;
        lo = l[i0]! ^ l[i1]! ^ l[i2]! ^ l[i3]! ^ l[i4]! ^ l[i5]! ^ l[i6]! ^ l[i7]!;
        hi = h[i0]! ^ h[i1]! ^ h[i2]! ^ h[i3]! ^ h[i4]! ^ h[i5]! ^ h[i6]! ^ h[i7]!;
      }
      for (let at = whole; at < data.byteLength; at++) {
        const index = (lo ^ data[at]!) & 255;
        lo = ((lo >>> 8) | (hi << 24)) ^ l[index]!;
        hi = (hi >>> 8) ^ h[index]!;
      }
      low = lo;
      high = hi;
    },
    bytes: () => Buffer.concat([uint32(~high), uint32(~low)]),
  };
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
