import { checkKey } from './bucket-name.ts';
import type { Buckets } from './buckets.ts';
import type { Contents, Extent } from './contents.ts';
import type { Database } from './database.ts';
import type { ChecksumAlgorithm } from './digest.ts';
import { noSuchBucket } from './errors.ts';
import type { Files } from './files.ts';
import type { Body, Receive, ReceiveOptions, Staged } from './receive.ts';
import type { Part, Uploads } from './uploads.ts';
import type { ObjectHeaders, ObjectTag, ObjectVersion } from './version.ts';
import type { Versions, WriteConditions } from './versions.ts';

/** Where new bytes come from: the client, or a version that is there (looked up in the same turn). */
export type Source = Body | { readonly version: ObjectVersion; readonly extent?: Extent };

export interface WritePart {
  /** Checksums to reckon while the bytes go by, and to keep. */
  readonly algorithms?: readonly ChecksumAlgorithm[];
  /** Sees what came before anything is visible; throws to refuse it. */
  readonly accept?: (staged: Staged) => void;
}

export interface WriteObject extends WritePart {
  readonly headers?: ObjectHeaders;
  readonly tags?: readonly ObjectTag[];
  readonly conditions?: WriteConditions;
}

/** Ways for bytes to come in: each is visible whole or not at all, and on disk before it resolves. */
export interface Writes {
  /** Makes the bytes the key's newest version. */
  put(bucket: string, key: string, source: Source, request?: WriteObject): Promise<ObjectVersion>;
  /** Makes the bytes a part of an upload. */
  putPart(
    target: { readonly bucket: string; readonly key: string; readonly uploadId: string; readonly number: number },
    source: Source,
    request?: WritePart,
  ): Promise<Part>;
}

interface Floor {
  readonly database: Database;
  readonly files: Files;
  readonly receive: Receive;
  readonly buckets: Buckets;
  readonly versions: Versions;
  readonly contents: Contents;
  readonly uploads: Uploads;
}

export const writesOf = ({ database, files, receive, buckets, versions, contents, uploads }: Floor): Writes => {
  const stage = (source: Source, options: ReceiveOptions): Promise<Staged> =>
    'version' in source ? contents.copyOf(source.version, source.extent, options) : receive(source, options);

  /** Has the bytes accepted and spoken of by a row, or thrown away. */
  const publish = async <T>(staged: Staged, accept: WritePart['accept'], change: () => T): Promise<T> => {
    try {
      accept?.(staged);
      const result = await database.commit(change);
      if (staged.file) await files.settle(staged.file);
      return result;
    } catch (error) {
      if (staged.file) await files.discard(staged.file);
      throw error;
    }
  };

  return {
    async put(bucket, key, source, { headers = {}, tags, conditions, algorithms, accept } = {}) {
      checkKey(key);
      const asked = buckets.get(bucket);
      // Once before the bytes come in, to refuse early, and once with the write itself, to refuse for certain.
      versions.check(asked, key, conditions ?? {});
      const staged = await stage(source, { algorithms, inline: true });
      const { size, checksums } = staged;
      const etag = `"${staged.md5.toString('hex')}"`;
      const checksumType = Object.keys(checksums).length > 0 ? 'FULL_OBJECT' : undefined;
      const version = { size, etag, headers, tags, checksums, checksumType, staged } as const;
      return publish(staged, accept, () => {
        // A bucket of that name may be another's by now, which the caller was never allowed to write to.
        if (buckets.get(bucket).id !== asked.id) throw noSuchBucket(bucket);
        return versions.put(bucket, key, version, conditions);
      });
    },
    async putPart({ bucket, key, uploadId, number }, source, { algorithms = [], accept } = {}) {
      const { checksumAlgorithm } = uploads.findOpen(buckets.get(bucket), key, uploadId);
      const wanted = new Set(checksumAlgorithm ? [...algorithms, checksumAlgorithm] : algorithms);
      const staged = await stage(source, { algorithms: [...wanted] });
      return publish(staged, accept, () => uploads.putPart(bucket, key, uploadId, number, staged));
    },
  };
};
