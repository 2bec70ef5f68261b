import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type CombinableAlgorithm, combineCrcs } from './crc-combine.ts';
import { newChecksum } from './digest.ts';

const checksum = (algorithm: CombinableAlgorithm, ...pieces: Uint8Array[]) => {
  const crc = newChecksum(algorithm);
  for (const piece of pieces) crc.update(piece);
  return crc.bytes();
};

/** "Check" values of the catalogue of CRC algorithms: of the text 123456789. */
const known: Record<CombinableAlgorithm, string> = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
};

for (const [algorithm, value] of Object.entries(known) as [CombinableAlgorithm, string][]) {
  describe(algorithm, () => {
    it('gives the published check value', () => {
      assert.equal(checksum(algorithm, Buffer.from('123456789')).toString('hex'), value);
    });

    it('is the same however the bytes are cut, and wherever they lie in memory', () => {
      const bytes = randomBytes(1000);
      const whole = checksum(algorithm, bytes);
      for (const at of [0, 1, 7, 8, 9, 500, 999]) {
        assert.deepEqual(checksum(algorithm, bytes.subarray(0, at), bytes.subarray(at)), whole);
      }
    });

    it('combines from the checksums of parts of any size', () => {
      const bytes = randomBytes(100_000);
      const cuts = [0, 1, 1, 40_000, 80_000, 99_999, 100_000];
      const parts = cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
      const combined = combineCrcs(
        algorithm,
        parts.map((part) => ({ checksum: checksum(algorithm, part).toString('base64'), size: part.length })),
      );
      assert.equal(combined, checksum(algorithm, bytes).toString('base64'));
    });
  });
}

describe('CRC32C', () => {
  it('gives the values of RFC 3720', () => {
    assert.equal(checksum('CRC32C', Buffer.alloc(32)).toString('hex'), '8a9136aa');
    assert.equal(checksum('CRC32C', Buffer.alloc(32, 0xff)).toString('hex'), '62a8ab43');
    assert.equal(checksum('CRC32C', Buffer.from(Array.from({ length: 32 }, (_, i) => i))).toString('hex'), '46dd794e');
  });
});
