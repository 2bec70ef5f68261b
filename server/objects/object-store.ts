import type { Readable } from 'node:stream';

/** An object's checksums as S3 names them, base64, such as `{ CRC32: 'i9aeUg==' }`. */
export type Checksums = Partial<Record<'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256', string>>;

export interface ObjectInfo {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** With its quotes, as the ETag header has it. */
  readonly etag: string;
  readonly lastModified: Date;
  readonly versionId?: string;
  readonly contentType?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface BucketInfo {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: Date;
  readonly policy?: string;
}

/**
 * What the rest of the platform needs of object storage; the S3 service uses the wider `ObjectStorage` of its own
 * floor. Errors are S3's (`NoSuchBucket`, `NoSuchKey` …). Writes are visible whole or not at all, and are on disk
 * before the promise resolves. No permission is checked here: callers ask `identity` first.
 */
export interface ObjectStore {
  bucket(name: string): Promise<BucketInfo | undefined>;
  createBucket(name: string, owner: { accountId: string; region: string }): Promise<BucketInfo>;
  put(
    bucket: string,
    key: string,
    body: Readable | Uint8Array | { readonly file: string },
    options?: { contentType?: string; metadata?: Record<string, string> },
  ): Promise<ObjectInfo>;
  head(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  get(bucket: string, key: string): Promise<{ info: ObjectInfo; body: Readable }>;
  /** All objects below a prefix, in key order, without loading them all at once. */
  list(bucket: string, prefix: string): AsyncIterable<ObjectInfo>;
  delete(bucket: string, key: string): Promise<void>;
  /**
   * Puts the object's bytes at `path` without reading them where the file system allows: a reflink, or with `link` a
   * hard link (only where nobody can write through it), else a copy.
   */
  materialize(bucket: string, key: string, path: string, options?: { link?: boolean }): Promise<ObjectInfo>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** What an `s3://bucket/key` names; the key may be empty. */
export type S3Location = { readonly bucket: string; readonly key: string };
