// The little of DER (ITU-T X.690) that certificates are made of.

const lengthOf = (size: number): Buffer => {
  if (size < 0x80) return Buffer.from([size]);
  const bytes = Buffer.from(size.toString(16).padStart(size > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.from([0x80 | bytes.length, ...bytes]);
};

/** One element: a tag and the content, which may be elements itself. */
export const element = (tag: number, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
};

export const sequence = (...items: Uint8Array[]) => element(0x30, ...items);
export const set = (...items: Uint8Array[]) => element(0x31, ...items);
export const utf8 = (text: string) => element(0x0c, Buffer.from(text));
export const octets = (bytes: Uint8Array) => element(0x04, bytes);
export const yes = element(0x01, Buffer.from([0xff]));

/** A non-negative integer, big-endian. */
export const integer = (bytes: Uint8Array): Buffer => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.alloc(1) : bytes.subarray(first);
  // A first bit of 1 would make it negative.
  return element(0x02, ...((digits[0] ?? 0) & 0x80 ? [Buffer.alloc(1)] : []), digits);
};

/** Whole bytes, or fewer bits: `unused` of the last byte do not count. */
export const bits = (bytes: Uint8Array, unused = 0) => element(0x03, Buffer.from([unused]), bytes);

/** `[n]` around whole elements. */
export const explicit = (n: number, ...items: Uint8Array[]) => element(0xa0 | n, ...items);
/** `[n]` in the place of a primitive element's own tag. */
export const implicit = (n: number, bytes: Uint8Array) => element(0x80 | n, bytes);

/** An object identifier in dotted form. */
export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return element(0x06, Buffer.from(bytes));
};

/** To the second. X.509 wants the short form with two digits of the year up to 2049, the long form after. */
export const time = (date: Date): Buffer => {
  const digits = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
};
