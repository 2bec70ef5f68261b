import type { Bucket } from './buckets.ts';
import type { Database } from './database.ts';
import { afterPrefix, type Bound, commonPrefixOf, startOf } from './key-order.ts';
import { type Upload, type UploadRow, uploadOf } from './uploads.ts';
import { type ObjectVersion, VERSION_COLUMNS, type VersionRow, versionOf } from './version.ts';

export interface ListRequest {
  readonly prefix: string;
  /** Keys that share what stands before it (after the prefix) come as one common prefix. */
  readonly delimiter?: string;
  /** Begin after this key or common prefix. */
  readonly after?: string;
  /** Where a key has several entries: begin after this one of the key `after`. */
  readonly afterId?: number;
  /** At most this many entries and common prefixes together. */
  readonly limit: number;
}

/** In key order, common prefixes in their place. */
export interface Listing<T> {
  readonly items: T[];
  readonly prefixes: string[];
  /** What to go on after; set when there is more. */
  readonly next?: { readonly after: string; readonly afterId?: number };
}

interface Row {
  readonly id: number;
  readonly key: string;
}

/** Opens a cursor over rows in key order from a bound on. */
type Open<R> = (from: Bound) => Iterable<R>;

/** Goes through rows in key order, with one seek for each common prefix, however many keys lie below it. */
const gather = <R extends Row, T>(
  open: Open<R>,
  request: ListRequest,
  itemOf: (row: R) => T,
  restOfKey: Iterable<R> = [],
): Listing<T> => {
  const { prefix, delimiter, limit } = request;
  const items: T[] = [];
  const prefixes: string[] = [];
  let next: Listing<T>['next'];
  let rows: Iterable<R> | undefined = chain(restOfKey, () => open(startOf(request)));
  while (rows) {
    const current: Iterable<R> = rows;
    rows = undefined;
    for (const row of current) {
      if (items.length + prefixes.length >= limit) return { items, prefixes, next };
      const group = commonPrefixOf(row.key, prefix, delimiter);
      if (group === undefined) {
        items.push(itemOf(row));
        next = { after: row.key, afterId: row.id };
        continue;
      }
      prefixes.push(group);
      next = { after: group };
      rows = open(afterPrefix(group));
      break;
    }
  }
  return { items, prefixes };
};

function* chain<R>(first: Iterable<R>, second: () => Iterable<R>): Generator<R> {
  yield* first;
  yield* second();
}

export interface ListedVersion extends ObjectVersion {
  readonly isLatest: boolean;
}

export const listing = ({ sql }: Database) => {
  const visible = sql.prepare(
    `SELECT ${VERSION_COLUMNS} FROM version WHERE bucket = ? AND visible = 1 AND key >= ? AND key < ? ORDER BY key`,
  );
  const all = sql.prepare(
    `SELECT ${VERSION_COLUMNS} FROM version WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key, id DESC`,
  );
  const older = sql.prepare(
    `SELECT ${VERSION_COLUMNS} FROM version WHERE bucket = ? AND key = ? AND id < ? ORDER BY id DESC`,
  );
  const uploads = sql.prepare(
    `SELECT * FROM upload WHERE bucket = ? AND key >= ? AND key < ? AND completed_version IS NULL ORDER BY key, id`,
  );
  const later = sql.prepare(
    'SELECT * FROM upload WHERE bucket = ? AND key = ? AND id > ? AND completed_version IS NULL ORDER BY id',
  );
  const rowsOf = <R>(rows: Iterable<unknown>) => rows as Iterable<R>;
  const isNothing = (request: ListRequest) => request.limit === 0;

  return {
    /** Objects as lists show them: the newest version of each key, unless it is a delete marker. */
    objects(bucket: Bucket, request: ListRequest): Listing<ObjectVersion> {
      const end = afterPrefix(request.prefix);
      if (isNothing(request)) return { items: [], prefixes: [] };
      return gather<VersionRow, ObjectVersion>(
        (from) => rowsOf(visible.iterate(bucket.id, from, end)),
        request,
        versionOf,
      );
    },
    /** All versions and delete markers, newest first within a key. */
    versions(bucket: Bucket, request: ListRequest): Listing<ListedVersion> {
      const { prefix, after, afterId } = request;
      const end = afterPrefix(prefix);
      if (isNothing(request)) return { items: [], prefixes: [] };
      const continues = after !== undefined && afterId !== undefined && after.startsWith(prefix);
      let keyBefore = continues ? after : undefined;
      return gather<VersionRow, ListedVersion>(
        (from) => rowsOf(all.iterate(bucket.id, from, end)),
        request,
        (row) => {
          const isLatest = row.key !== keyBefore;
          keyBefore = row.key;
          return { ...versionOf(row), isLatest };
        },
        continues ? rowsOf(older.iterate(bucket.id, after, afterId)) : [],
      );
    },
    /** Uploads that are not complete, oldest first within a key. */
    uploads(bucket: Bucket, request: ListRequest): Listing<Upload> {
      const { prefix, after, afterId } = request;
      const end = afterPrefix(prefix);
      if (isNothing(request)) return { items: [], prefixes: [] };
      const continues = after !== undefined && afterId !== undefined && after.startsWith(prefix);
      return gather<UploadRow, Upload>(
        (from) => rowsOf(uploads.iterate(bucket.id, from, end)),
        request,
        uploadOf,
        continues ? rowsOf(later.iterate(bucket.id, after, afterId)) : [],
      );
    },
  };
};

export type Listings = ReturnType<typeof listing>;
