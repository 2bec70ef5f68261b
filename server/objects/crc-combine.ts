import { CRC32_POLYNOMIAL, CRC32C_POLYNOMIAL, CRC64NVME_POLYNOMIAL } from './crc.ts';

/** Checksums of parts that can be put together to that of the whole without its bytes. */
export type CombinableAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME';

const fields: Record<CombinableAlgorithm, { polynomial: bigint; bits: number }> = {
  CRC32: { polynomial: CRC32_POLYNOMIAL, bits: 32 },
  CRC32C: { polynomial: CRC32C_POLYNOMIAL, bits: 32 },
  CRC64NVME: { polynomial: CRC64NVME_POLYNOMIAL, bits: 64 },
};

/** Product of two remainders, bits reflected: the highest bit stands for x^0. */
const multiply = (a: bigint, b: bigint, polynomial: bigint, bits: number): bigint => {
  let product = 0n;
  let shifted = b;
  for (let bit = 1n << BigInt(bits - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
};

/** x^(8·bytes) modulo the polynomial: what so many bytes that follow do to a remainder. */
const shiftBy = (bytes: number, polynomial: bigint, bits: number): bigint => {
  let result = 1n << BigInt(bits - 1);
  let power = result >> 8n;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, power, polynomial, bits);
    power = multiply(power, power, polynomial, bits);
  }
  return result;
};

/** The checksum of parts laid end to end, out of their own checksums (base64) and sizes. */
export const combineCrcs = (
  algorithm: CombinableAlgorithm,
  parts: readonly { readonly checksum: string; readonly size: number }[],
): string => {
  const { polynomial, bits } = fields[algorithm];
  // Parts of one upload are nearly all of one size.
  const shifts = new Map<number, bigint>();
  let whole = 0n;
  for (const { checksum, size } of parts) {
    const shift = shifts.get(size) ?? shiftBy(size, polynomial, bits);
    shifts.set(size, shift);
    whole = multiply(shift, whole, polynomial, bits) ^ BigInt(`0x${Buffer.from(checksum, 'base64').toString('hex')}`);
  }
  return Buffer.from(whole.toString(16).padStart(bits / 4, '0'), 'hex').toString('base64');
};

export const isCombinable = (algorithm: string): algorithm is CombinableAlgorithm => algorithm in fields;
