import { createHash } from 'node:crypto';
import { newCrc32, newCrc32c, newCrc64Nvme } from './crc.ts';
import type { Checksums } from './object-store.ts';

export type ChecksumAlgorithm = keyof Checksums;

export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** What is known of some content once all of it has gone by. */
export interface ContentDigest {
  readonly md5: Buffer;
  readonly checksums: Checksums;
}

export interface Digest {
  update(data: Uint8Array): void;
  finish(): ContentDigest;
}

/** MD5, which ETags are made of, and the checksums that were asked for. */
export const newDigest = (algorithms: readonly ChecksumAlgorithm[]): Digest => {
  const md5 = createHash('md5');
  const running = algorithms.map((algorithm) => ({ algorithm, ...newChecksum(algorithm) }));
  return {
    update(data) {
      md5.update(data);
      for (const checksum of running) checksum.update(data);
    },
    finish: () => ({
      md5: md5.digest(),
      checksums: Object.fromEntries(running.map(({ algorithm, bytes }) => [algorithm, bytes().toString('base64')])),
    }),
  };
};

export const newChecksum = (algorithm: ChecksumAlgorithm): { update(data: Uint8Array): void; bytes(): Buffer } => {
  switch (algorithm) {
    case 'CRC32':
      return newCrc32();
    case 'CRC32C':
      return newCrc32c();
    case 'CRC64NVME':
      return newCrc64Nvme();
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (data) => void hash.update(data), bytes: () => hash.digest() };
    }
  }
};
