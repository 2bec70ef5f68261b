import type { Checksums } from './object-store.ts';

export interface ObjectTag {
  readonly Key: string;
  readonly Value: string;
}

/** What a client may say about an object besides its bytes, under the names of the API. */
export interface ObjectHeaders {
  readonly ContentType?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly ContentDisposition?: string;
  readonly CacheControl?: string;
  readonly Expires?: string;
  readonly WebsiteRedirectLocation?: string;
  readonly StorageClass?: string;
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: boolean;
  readonly Metadata?: Readonly<Record<string, string>>;
}

/** How the checksum of a multipart object came about. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A version of an object, or a delete marker. */
export interface ObjectVersion {
  /** Rises with each version of a key. */
  readonly id: number;
  readonly key: string;
  /** `null` where versioning was off. */
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly headers: ObjectHeaders;
  readonly tags: readonly ObjectTag[];
  readonly checksums: Checksums;
  readonly checksumType?: ChecksumType;
  /** Set when it was uploaded in parts: the upload, and how many parts. */
  readonly upload?: number;
  readonly partCount?: number;
  readonly file?: string;
}

export interface VersionRow {
  id: number;
  key: string;
  version_id: string;
  marker: number;
  size: number;
  etag: string;
  modified_at: number;
  headers: string;
  tags: string | null;
  checksums: string | null;
  checksum_type: ChecksumType | null;
  upload: number | null;
  part_count: number | null;
  file: string | null;
}

/** All columns but the content, which most readers have no use for. */
export const VERSION_COLUMNS =
  'id, key, version_id, marker, size, etag, modified_at, headers, tags, checksums, checksum_type, upload, part_count, file';

export const versionOf = (row: VersionRow): ObjectVersion => ({
  id: row.id,
  key: row.key,
  versionId: row.version_id,
  isDeleteMarker: row.marker === 1,
  size: row.size,
  etag: row.etag,
  modifiedAt: new Date(row.modified_at),
  headers: JSON.parse(row.headers),
  tags: row.tags ? JSON.parse(row.tags) : [],
  checksums: row.checksums ? JSON.parse(row.checksums) : {},
  checksumType: row.checksum_type ?? undefined,
  upload: row.upload ?? undefined,
  partCount: row.part_count ?? undefined,
  file: row.file ?? undefined,
});

export const NULL_VERSION = 'null';
