import { chmod } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type Bucket, type Buckets, bucketTable } from './buckets.ts';
import { type Contents, contentTable } from './contents.ts';
import { type Database, openDatabase } from './database.ts';
import { openDigestPool } from './digest-pool.ts';
import { noSuchKey } from './errors.ts';
import { openFiles } from './files.ts';
import { type Listings, listing } from './listing.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';
import { receiver } from './receive.ts';
import { type Uploads, uploadTable } from './uploads.ts';
import type { ObjectVersion } from './version.ts';
import { type Versions, versionTable } from './versions.ts';
import { type Writes, writesOf } from './writes.ts';

/** Object storage as the S3 service sees it: versions, listings, uploads in parts, settings of buckets. */
export interface ObjectStorage extends ObjectStore {
  readonly buckets: Buckets;
  readonly versions: Versions;
  readonly contents: Contents;
  readonly listings: Listings;
  readonly uploads: Uploads;
  readonly writes: Writes;
  /** Runs a change of several tables as one, and resolves once it is on disk. */
  commit: Database['commit'];
}

const infoOf = (bucket: string, version: ObjectVersion): ObjectInfo => ({
  bucket,
  key: version.key,
  size: version.size,
  etag: version.etag,
  lastModified: version.modifiedAt,
  versionId: version.versionId === 'null' ? undefined : version.versionId,
  contentType: version.headers.ContentType,
  metadata: version.headers.Metadata ?? {},
});

const LIST_PAGE = 1000;

/** Opens, or makes, the object storage in a folder of its own. One process at a time may have it open. */
export const openObjectStorage = async ({
  directory,
  clock,
  log,
}: {
  directory: string;
  clock: Clock;
  log: Logger;
}): Promise<ObjectStorage> => {
  const database = openDatabase(directory);
  await chmod(directory, 0o700);
  const files = openFiles(directory, database, log);
  await files.sweep();
  const pool = openDigestPool();
  const receive = receiver(files, pool);
  const buckets = bucketTable(database, clock);
  const versions = versionTable(database, buckets, clock);
  const contents = contentTable(database, versions, files, receive);
  const listings = listing(database);
  const uploads = uploadTable(database, buckets, versions, clock);
  const writes = writesOf({ database, files, receive, buckets, versions, contents, uploads });

  const present = (bucket: Bucket, key: string): ObjectVersion => {
    const version = versions.current(bucket, key);
    if (!version || version.isDeleteMarker) throw noSuchKey(key);
    return version;
  };

  return {
    buckets,
    versions,
    contents,
    listings,
    uploads,
    writes,
    commit: database.commit,

    bucket: async (name) => buckets.find(name),
    createBucket: (name, owner) => buckets.create(name, owner),
    async put(bucket, key, body, { contentType, metadata } = {}) {
      const headers = { ContentType: contentType, Metadata: metadata };
      return infoOf(bucket, await writes.put(bucket, key, body, { headers }));
    },
    async head(bucket, key) {
      const version = versions.current(buckets.get(bucket), key);
      return version && !version.isDeleteMarker ? infoOf(bucket, version) : undefined;
    },
    async get(bucket, key) {
      const version = present(buckets.get(bucket), key);
      return { info: infoOf(bucket, version), body: contents.read(version) };
    },
    async *list(name, prefix) {
      const bucket = buckets.get(name);
      let after: string | undefined;
      do {
        const page = listings.objects(bucket, { prefix, after, limit: LIST_PAGE });
        for (const version of page.items) yield infoOf(name, version);
        after = page.next?.after;
      } while (after !== undefined);
    },
    async delete(bucket, key) {
      await database.commit(() => versions.delete(bucket, key));
    },
    async materialize(bucket, key, path, options) {
      const version = await contents.materialize(() => present(buckets.get(bucket), key), path, options);
      return infoOf(bucket, version);
    },
    async clear() {
      await database.commit(() =>
        database.sql.exec('DELETE FROM version; DELETE FROM upload; DELETE FROM setting; DELETE FROM bucket'),
      );
      await files.collect();
    },
    async close() {
      await files.close();
      await database.close();
      await pool.close();
    },
  };
};
