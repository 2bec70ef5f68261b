import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { cbor } from '@smithy/core/cbor';
import { ServiceError } from '../errors.ts';
import { cborValue } from './cbor-read.ts';

const read = (hex: string) => cborValue(Buffer.from(hex, 'hex'));

describe('cborValue', () => {
  it('reads what the SDK writes', () => {
    const value = {
      whole: [0, 23, 24, 255, 256, 65_536, 2 ** 32, 2 ** 53 - 1, -1, -25, -(2 ** 33)],
      broken: [1.5, -0.1, 1e300],
      text: 'ä💥',
      yes: true,
      no: false,
      nothing: null,
      bytes: Buffer.from('bytes'),
      nested: { list: [[{}]] },
    };
    assert.deepEqual(cborValue(Buffer.from(cbor.serialize(value))), value);
  });

  // RFC 8949, appendix A.
  const examples: Record<string, unknown> = {
    f93c00: 1,
    f97bff: 65_504,
    f90001: 2 ** -24,
    f97c00: Number.POSITIVE_INFINITY,
    f97e00: Number.NaN,
    fa47c35000: 100_000,
    '1bffffffffffffffff': 2 ** 64,
    c249010000000000000000: 2 ** 64,
    c349010000000000000000: -(2 ** 64),
    c48221196ab3: 273.15,
    c11a514b67b0: new Date('2013-03-21T20:04:00Z'),
    d74401020304: Buffer.from('01020304', 'hex'),
    '7f657374726561646d696e67ff': 'streaming',
    '5f42010243030405ff': Buffer.from('0102030405', 'hex'),
    '9f018202039f0405ffff': [1, [2, 3], [4, 5]],
    bf61610161629f0203ffff: { a: 1, b: [2, 3] },
    a1695f5f70726f746f5f5fa1616101: Object.fromEntries([['__proto__', { a: 1 }]]),
  };
  for (const [hex, value] of Object.entries(examples)) {
    it(`reads ${hex}`, () => assert.deepEqual(read(hex), value));
  }

  const refused: Record<string, string> = {
    'an end before its time': '8301',
    'a list longer than the rest': '9b00000001ffffffff',
    'a map longer than the rest': 'b83f6161',
    'a text longer than the rest': '7b000000010000000061',
    'a key that is no text': 'a10101',
    'a break where none belongs': 'ff',
    'pieces of another kind': '7f4161ff',
    'a string without end': '7f6161',
    'an unknown simple value': 'f810',
    'a length of no form': '1c',
    'a time that is none': 'c1fb7ff8000000000000',
    'a time after all times': 'c1fb7fefffffffffffff',
    'a large number without bytes': 'c201',
    'endless nesting': '81'.repeat(1_000_000),
    'endless tags': 'c1'.repeat(1_000_000),
  };
  const isRefusal = (error: unknown) => error instanceof ServiceError && error.code === 'SerializationException';
  for (const [what, hex] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.throws(() => read(hex), isRefusal));
  }

  it('refuses or reads whatever bytes there are', () => {
    for (let i = 0; i < 20_000; i++) {
      try {
        cborValue(randomBytes(1 + (i % 50)));
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
  });
});
