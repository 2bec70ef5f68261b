import type { Clock } from '../clock.ts';
import { checkKey } from './bucket-name.ts';
import type { Bucket, Buckets } from './buckets.ts';
import type { Database } from './database.ts';
import { invalidVersionId, noSuchKey, noSuchVersion, preconditionFailed } from './errors.ts';
import type { Checksums } from './object-store.ts';
import { opaqueId, rowIdOf } from './opaque-id.ts';
import type { Staged } from './receive.ts';
import {
  type ChecksumType,
  NULL_VERSION,
  type ObjectHeaders,
  type ObjectTag,
  type ObjectVersion,
  VERSION_COLUMNS,
  type VersionRow,
  versionOf,
} from './version.ts';

/** What must hold of the key's newest version for a write to happen. ETags with their quotes, or `*`. */
export interface WriteConditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

/** A version that is to be: everything but what the table itself gives it. */
export interface NewVersion {
  readonly size: number;
  readonly etag: string;
  readonly headers: ObjectHeaders;
  readonly tags?: readonly ObjectTag[];
  readonly checksums?: Checksums;
  readonly checksumType?: ChecksumType;
  readonly upload?: number;
  readonly partCount?: number;
  readonly staged?: Pick<Staged, 'content' | 'file'>;
}

/** What a delete did, as the API tells it. */
export interface Deletion {
  /** The version that was deleted or the delete marker that was put; missing in a bucket without versions. */
  readonly versionId?: string;
  readonly isDeleteMarker: boolean;
}

const jsonOrNull = (value: object | undefined) =>
  value && Object.keys(value).length > 0 ? JSON.stringify(value) : null;

/**
 * Which versions each key has. Methods that change something are for use inside `database.commit`, so that a check
 * and the write it guards see the same state.
 */
export const versionTable = ({ sql }: Database, buckets: Buckets, clock: Clock) => {
  const newest = sql.prepare(
    `SELECT ${VERSION_COLUMNS} FROM version WHERE bucket = ? AND key = ? ORDER BY id DESC LIMIT 1`,
  );
  const byId = sql.prepare(`SELECT ${VERSION_COLUMNS} FROM version WHERE id = ? AND bucket = ? AND key = ?`);
  const nullOfKey = sql.prepare(
    `SELECT ${VERSION_COLUMNS} FROM version WHERE bucket = ? AND key = ? AND version_id = '${NULL_VERSION}'`,
  );
  const content = sql.prepare('SELECT content FROM version WHERE id = ?');
  const insert = sql.prepare(
    `INSERT INTO version (id, bucket, key, version_id, visible, marker, size, etag, modified_at, headers, tags, checksums,
      checksum_type, upload, part_count, file, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const lastId = sql.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'version'");
  const hide = sql.prepare('UPDATE version SET visible = 0 WHERE bucket = ? AND key = ? AND visible = 1');
  const show = sql.prepare('UPDATE version SET visible = 1 WHERE id = ? AND marker = 0 AND visible = 0');
  const remove = sql.prepare('DELETE FROM version WHERE id = ?');
  const setTags = sql.prepare('UPDATE version SET tags = ? WHERE id = ?');

  const one = (row: unknown): ObjectVersion | undefined => (row ? versionOf(row as VersionRow) : undefined);
  const current = (bucket: Bucket, key: string) => one(newest.get(bucket.id, key));
  const nullVersion = (bucket: Bucket, key: string) => one(nullOfKey.get(bucket.id, key));

  const findVersion = (bucket: Bucket, key: string, versionId: string): ObjectVersion | undefined => {
    if (versionId === NULL_VERSION) return nullVersion(bucket, key);
    const id = rowIdOf(versionId);
    if (id === undefined) throw invalidVersionId(versionId);
    const found = one(byId.get(id, bucket.id, key));
    return found?.versionId === versionId ? found : undefined;
  };

  const check = (bucket: Bucket, key: string, { ifMatch, ifNoneMatch }: WriteConditions) => {
    if (ifMatch === undefined && ifNoneMatch === undefined) return;
    const now = current(bucket, key);
    const there = now && !now.isDeleteMarker ? now : undefined;
    if (ifNoneMatch !== undefined && there && (ifNoneMatch === '*' || sameEtag(ifNoneMatch, there.etag))) {
      throw preconditionFailed('If-None-Match');
    }
    if (ifMatch === undefined) return;
    if (!there) throw noSuchKey(key);
    if (ifMatch !== '*' && !sameEtag(ifMatch, there.etag)) throw preconditionFailed('If-Match');
  };

  const add = (bucket: Bucket, key: string, version: NewVersion, marker: boolean): ObjectVersion => {
    const id = ((lastId.get() as { seq: number } | undefined)?.seq ?? 0) + 1;
    const versionId = bucket.versioning === 'Enabled' ? opaqueId(id) : NULL_VERSION;
    if (versionId === NULL_VERSION) {
      const before = nullVersion(bucket, key);
      if (before) remove.run(before.id);
    }
    hide.run(bucket.id, key);
    insert.run(
      id,
      bucket.id,
      key,
      versionId,
      marker ? 0 : 1,
      marker ? 1 : 0,
      version.size,
      version.etag,
      wholeSeconds(clock.now()),
      JSON.stringify(version.headers),
      jsonOrNull(version.tags),
      jsonOrNull(version.checksums),
      version.checksumType ?? null,
      version.upload ?? null,
      version.partCount ?? null,
      version.staged?.file ?? null,
      version.staged?.content ?? null,
    );
    return versionOf(byId.get(id, bucket.id, key) as unknown as VersionRow);
  };

  return {
    /** The newest version, which may be a delete marker. */
    current,
    /** A version by its id; the newest without one. Throws InvalidArgument for what cannot be a version id. */
    find: (bucket: Bucket, key: string, versionId?: string): ObjectVersion | undefined =>
      versionId === undefined ? current(bucket, key) : findVersion(bucket, key, versionId),
    /** Where a version stands, or stood, among those of its key. Throws InvalidArgument. */
    placeOf(bucket: Bucket, key: string, versionId: string): number {
      const place = versionId === NULL_VERSION ? nullVersion(bucket, key)?.id : rowIdOf(versionId);
      if (place === undefined) throw invalidVersionId(versionId);
      return place;
    },
    byId(bucket: Bucket, key: string, id: number): ObjectVersion {
      const version = one(byId.get(id, bucket.id, key));
      if (!version) throw noSuchKey(key);
      return version;
    },
    /** The version to read. Throws NoSuchKey, NoSuchVersion; gives delete markers as they are. */
    get(bucket: Bucket, key: string, versionId?: string): ObjectVersion {
      const version = versionId === undefined ? current(bucket, key) : findVersion(bucket, key, versionId);
      if (version) return version;
      throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
    },
    content: (id: number): Uint8Array | undefined =>
      (content.get(id) as { content: Uint8Array | null } | undefined)?.content ?? undefined,
    /** Throws PreconditionFailed (or, with `ifMatch`, NoSuchKey) unless the conditions hold. */
    check,
    /** Makes it the key's newest version, in place of the null version where the bucket keeps none. */
    put(name: string, key: string, version: NewVersion, conditions: WriteConditions = {}): ObjectVersion {
      checkKey(key);
      const bucket = buckets.get(name);
      check(bucket, key, conditions);
      return add(bucket, key, version, false);
    },
    /** Deletes for good, or puts a delete marker, as versioning has it. Deleting what is not there succeeds. */
    delete(name: string, key: string, versionId?: string, conditions: WriteConditions = {}): Deletion {
      const bucket = buckets.get(name);
      // Of the newest version always, even when an older one is to go.
      check(bucket, key, conditions);
      if (versionId !== undefined) {
        const version = findVersion(bucket, key, versionId);
        if (!version) return { versionId, isDeleteMarker: false };
        remove.run(version.id);
        const next = current(bucket, key);
        if (next) show.run(next.id);
        return { versionId, isDeleteMarker: version.isDeleteMarker };
      }
      if (bucket.versioning) {
        const marker = add(bucket, key, { size: 0, etag: '', headers: {} }, true);
        return { versionId: marker.versionId, isDeleteMarker: true };
      }
      const version = current(bucket, key);
      if (version) remove.run(version.id);
      return { isDeleteMarker: false };
    },
    setTags: (id: number, tags: readonly ObjectTag[]): void => void setTags.run(jsonOrNull(tags as ObjectTag[]), id),
  };
};

export type Versions = ReturnType<typeof versionTable>;

/** S3 knows when an object was written to the second only, in lists as in headers. */
export const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;

/** Whether two ETags are the same; clients send them with quotes or without. */
export const sameEtag = (a: string, b: string): boolean => unquoted(a) === unquoted(b);

const unquoted = (etag: string): string => etag.replace(/^(?:W\/)?"|"$/g, '');
