import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { checkKey } from './bucket-name.ts';
import type { Bucket, Buckets } from './buckets.ts';
import { type ComposedChecksum, composeChecksum } from './composite.ts';
import type { Database } from './database.ts';
import type { ChecksumAlgorithm } from './digest.ts';
import { noSuchUpload } from './errors.ts';
import type { Checksums } from './object-store.ts';
import { opaqueId, rowIdOf } from './opaque-id.ts';
import type { Staged } from './receive.ts';
import { type CompletedPart, checkParts } from './uploaded-parts.ts';
import type { ChecksumType, ObjectHeaders, ObjectTag, ObjectVersion } from './version.ts';
import { type Versions, type WriteConditions, wholeSeconds } from './versions.ts';

export interface NewUpload {
  readonly headers: ObjectHeaders;
  readonly tags?: readonly ObjectTag[];
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: ChecksumType;
  /** ARN of who started it. */
  readonly initiator: string;
}

/** An object that is being uploaded in parts. */
export interface Upload extends NewUpload {
  readonly id: number;
  readonly uploadId: string;
  readonly key: string;
  readonly startedAt: Date;
  /** The version that it became. */
  readonly completedVersion?: number;
}

export interface Part {
  readonly number: number;
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  readonly checksums: Checksums;
  readonly modifiedAt: Date;
}

export interface Completion {
  readonly parts: readonly CompletedPart[];
  readonly conditions?: WriteConditions;
  /** Sees the checksum of the whole before anything is visible; throws to refuse it. */
  readonly accept?: (whole: { size: number; checksum?: ComposedChecksum }) => void;
}

export interface UploadRow {
  id: number;
  upload_id: string;
  key: string;
  started_at: number;
  initiator: string;
  headers: string;
  tags: string | null;
  checksum_algorithm: ChecksumAlgorithm | null;
  checksum_type: ChecksumType | null;
  completed_version: number | null;
}

export const uploadOf = (row: UploadRow): Upload => ({
  id: row.id,
  uploadId: row.upload_id,
  key: row.key,
  startedAt: new Date(row.started_at),
  initiator: row.initiator,
  headers: JSON.parse(row.headers),
  tags: row.tags ? JSON.parse(row.tags) : undefined,
  checksumAlgorithm: row.checksum_algorithm ?? undefined,
  checksumType: row.checksum_type ?? undefined,
  completedVersion: row.completed_version ?? undefined,
});

interface PartRow {
  number: number;
  size: number;
  etag: string;
  checksums: string | null;
  modified_at: number;
}

const partOf = (row: PartRow): Part => ({
  number: row.number,
  size: row.size,
  etag: row.etag,
  checksums: row.checksums ? JSON.parse(row.checksums) : {},
  modifiedAt: new Date(row.modified_at),
});

const ALL_PARTS = 10_000;

/**
 * Uploads in parts, and the parts of objects that were uploaded so. Methods that change something are for use inside
 * `database.commit`.
 */
export const uploadTable = ({ sql }: Database, buckets: Buckets, versions: Versions, clock: Clock) => {
  const insert = sql.prepare(
    `INSERT INTO upload (id, upload_id, bucket, key, started_at, initiator, headers, tags, checksum_algorithm,
      checksum_type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const lastId = sql.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'upload'");
  const byId = sql.prepare('SELECT * FROM upload WHERE id = ? AND bucket = ? AND key = ? AND upload_id = ?');
  const remove = sql.prepare('DELETE FROM upload WHERE id = ?');
  const finish = sql.prepare('UPDATE upload SET completed_version = ? WHERE id = ?');
  const removePart = sql.prepare('DELETE FROM part WHERE upload = ? AND number = ?');
  const insertPart = sql.prepare(
    'INSERT INTO part (upload, number, size, etag, checksums, modified_at, file) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const parts = sql.prepare(
    'SELECT number, size, etag, checksums, modified_at FROM part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?',
  );

  const find = (bucket: Bucket, key: string, uploadId: string): Upload => {
    const row = byId.get(rowIdOf(uploadId) ?? 0, bucket.id, key, uploadId);
    if (!row) throw noSuchUpload(uploadId);
    return uploadOf(row as unknown as UploadRow);
  };
  const findOpen = (bucket: Bucket, key: string, uploadId: string): Upload => {
    const upload = find(bucket, key, uploadId);
    if (upload.completedVersion !== undefined) throw noSuchUpload(uploadId);
    return upload;
  };
  const partsOf = (upload: number, { after = 0, limit = ALL_PARTS } = {}): Part[] =>
    (parts.all(upload, after, limit) as unknown as PartRow[]).map(partOf);

  const keepOnly = (upload: Upload, wanted: readonly Part[]) => {
    const numbers = new Set(wanted.map((part) => part.number));
    for (const { number } of partsOf(upload.id)) if (!numbers.has(number)) removePart.run(upload.id, number);
  };

  return {
    /** Throws NoSuchUpload, also for one that is complete. */
    findOpen,
    partsOf,
    start(name: string, key: string, upload: NewUpload): Upload {
      checkKey(key);
      const bucket = buckets.get(name);
      const id = ((lastId.get() as { seq: number } | undefined)?.seq ?? 0) + 1;
      const uploadId = opaqueId(id);
      insert.run(
        id,
        uploadId,
        bucket.id,
        key,
        wholeSeconds(clock.now()),
        upload.initiator,
        JSON.stringify(upload.headers),
        upload.tags ? JSON.stringify(upload.tags) : null,
        upload.checksumAlgorithm ?? null,
        upload.checksumType ?? null,
      );
      return find(bucket, key, uploadId);
    },
    /** In place of a part of that number. */
    putPart(name: string, key: string, uploadId: string, number: number, staged: Staged): Part {
      const upload = findOpen(buckets.get(name), key, uploadId);
      const etag = `"${staged.md5.toString('hex')}"`;
      const now = wholeSeconds(clock.now());
      removePart.run(upload.id, number);
      insertPart.run(upload.id, number, staged.size, etag, JSON.stringify(staged.checksums), now, staged.file ?? null);
      return { number, size: staged.size, etag, checksums: staged.checksums, modifiedAt: new Date(now) };
    },
    /**
     * Makes the parts, as they are, the key's newest version. Asked again, it gives that version again, as long as it
     * is there. Throws NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, and what conditions throw.
     */
    complete(name: string, key: string, uploadId: string, { parts, conditions, accept }: Completion): ObjectVersion {
      const bucket = buckets.get(name);
      const upload = find(bucket, key, uploadId);
      if (upload.completedVersion !== undefined) return versions.byId(bucket, key, upload.completedVersion);
      const wanted = checkParts(parts, partsOf(upload.id));
      const size = wanted.reduce((sum, part) => sum + part.size, 0);
      const checksum = composeChecksum(upload, wanted);
      accept?.({ size, checksum });
      keepOnly(upload, wanted);
      const version = versions.put(
        name,
        key,
        {
          size,
          etag: multipartEtag(wanted),
          headers: upload.headers,
          tags: upload.tags,
          checksums: checksum && { [checksum.algorithm]: checksum.value },
          checksumType: checksum?.type,
          upload: upload.id,
          partCount: wanted.length,
        },
        conditions,
      );
      finish.run(version.id, upload.id);
      return version;
    },
    abort(name: string, key: string, uploadId: string): void {
      remove.run(findOpen(buckets.get(name), key, uploadId).id);
    },
  };
};

export type Uploads = ReturnType<typeof uploadTable>;

/** The MD5 of the parts' MD5s, and how many they are. */
const multipartEtag = (parts: readonly Part[]): string => {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(Buffer.from(etag.slice(1, -1), 'hex'));
  return `"${md5.digest('hex')}-${parts.length}"`;
};
