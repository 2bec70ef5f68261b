import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ServiceError } from '../errors.ts';
import { diskFull } from './errors.ts';

/**
 * `version.visible` is 1 for the one version of a key that lists show: the newest, unless it is a delete marker.
 * A version's bytes are in `content`, in `file`, or (`upload` set) in the files of its parts, in the order of their
 * numbers. Whatever row lets go of a file puts it in `garbage`, in the same transaction, to be unlinked afterwards.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS bucket (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL, region TEXT NOT NULL,
  created_at INTEGER NOT NULL, versioning TEXT) STRICT;
CREATE TABLE IF NOT EXISTS setting (
  bucket INTEGER NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (bucket, name)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS version (
  id INTEGER PRIMARY KEY AUTOINCREMENT, bucket INTEGER NOT NULL, key TEXT NOT NULL, version_id TEXT NOT NULL,
  visible INTEGER NOT NULL, marker INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
  modified_at INTEGER NOT NULL, headers TEXT NOT NULL, tags TEXT, checksums TEXT, checksum_type TEXT, upload INTEGER,
  part_count INTEGER, file TEXT, content BLOB) STRICT;
CREATE INDEX IF NOT EXISTS version_of_key ON version (bucket, key, id DESC);
CREATE UNIQUE INDEX IF NOT EXISTS version_visible ON version (bucket, key) WHERE visible = 1;
CREATE INDEX IF NOT EXISTS version_of_file ON version (file) WHERE file IS NOT NULL;
CREATE TABLE IF NOT EXISTS upload (
  id INTEGER PRIMARY KEY AUTOINCREMENT, upload_id TEXT NOT NULL, bucket INTEGER NOT NULL, key TEXT NOT NULL,
  started_at INTEGER NOT NULL, initiator TEXT NOT NULL, headers TEXT NOT NULL, tags TEXT, checksum_algorithm TEXT,
  checksum_type TEXT, completed_version INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS upload_open ON upload (bucket, key, id) WHERE completed_version IS NULL;
CREATE TABLE IF NOT EXISTS part (
  upload INTEGER NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, checksums TEXT,
  modified_at INTEGER NOT NULL, file TEXT, PRIMARY KEY (upload, number)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS part_of_file ON part (file) WHERE file IS NOT NULL;
CREATE TABLE IF NOT EXISTS garbage (file TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS version_gone AFTER DELETE ON version BEGIN
  INSERT OR IGNORE INTO garbage SELECT old.file WHERE old.file IS NOT NULL;
  DELETE FROM part WHERE upload = old.upload;
  DELETE FROM upload WHERE id = old.upload;
END;
CREATE TRIGGER IF NOT EXISTS part_gone AFTER DELETE ON part WHEN old.file IS NOT NULL BEGIN
  INSERT OR IGNORE INTO garbage VALUES (old.file);
END;
CREATE TRIGGER IF NOT EXISTS part_joined AFTER UPDATE OF file ON part
  WHEN old.file IS NOT NULL AND new.file IS NOT old.file BEGIN
  INSERT OR IGNORE INTO garbage VALUES (old.file);
END;
CREATE TRIGGER IF NOT EXISTS upload_gone AFTER DELETE ON upload BEGIN
  DELETE FROM part WHERE upload = old.id;
END;
`;

interface Pending {
  readonly change: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface Database {
  readonly sql: DatabaseSync;
  /**
   * Runs `change` in a transaction and resolves with its result once that is on disk. Changes of the same moment share
   * one transaction (one fsync), yet each stands alone: one that throws is undone and rejected by itself. `change` is
   * synchronous, so what it reads cannot change before it writes.
   */
  commit<T>(change: () => T): Promise<T>;
  /** Called after each transaction that reached the disk. */
  onCommit(listener: () => void): void;
  /** Lets queued changes reach the disk first. */
  close(): Promise<void>;
}

const RESERVED_BYTES = 1 << 20;

/**
 * Grows the write-ahead log ahead of time. It keeps its size while it is open and is written over from its start, so
 * that the deletions by which people free a full disk find room.
 */
function reserveLog(sql: DatabaseSync): void {
  try {
    sql.exec(
      `CREATE TABLE reserve (bytes); INSERT INTO reserve VALUES (zeroblob(${RESERVED_BYTES})); DROP TABLE reserve`,
    );
    sql.exec('PRAGMA wal_checkpoint(RESTART)');
  } catch (error) {
    // A disk that is full already: the next start makes up for it.
    if ((error as { errcode?: number }).errcode !== SQLITE_FULL) throw error;
    sql.exec('DROP TABLE IF EXISTS reserve');
  }
}

const openFile = (path: string): DatabaseSync => {
  // SQLite gives its -wal and -shm files the mode of the database.
  closeSync(openSync(path, 'a', 0o600));
  const sql = new DatabaseSync(path);
  try {
    sql.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA busy_timeout = 5000',
    );
    sql.exec(SCHEMA);
    reserveLog(sql);
    return sql;
  } catch (error) {
    sql.close();
    throw new Error(`cannot open the object database ${path}: ${(error as Error).message}`, { cause: error });
  }
};

/** The one SQLite file that says which objects there are. */
export const openDatabase = (directory: string): Database => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const sql = openFile(join(directory, 'objects.sqlite'));
  const begin = sql.prepare('BEGIN IMMEDIATE');
  const save = sql.prepare('SAVEPOINT one');
  const release = sql.prepare('RELEASE one');
  const undo = sql.prepare('ROLLBACK TO one');
  const end = sql.prepare('COMMIT');

  let queue: Pending[] = [];
  let listener = () => {};
  let idle = () => {};

  const runAll = (batch: readonly Pending[]): (() => void)[] => {
    begin.run();
    const answers = batch.map(({ change, resolve, reject }) => {
      save.run();
      try {
        const value = change();
        release.run();
        return () => resolve(value);
      } catch (error) {
        // A full disk may have ended the whole transaction already; then there is no savepoint to go back to.
        if (!sql.isTransaction) throw error;
        undo.run();
        release.run();
        return () => reject(clearer(error));
      }
    });
    end.run();
    return answers;
  };

  const flush = () => {
    const batch = queue;
    queue = [];
    try {
      for (const answer of runAll(batch)) answer();
      listener();
    } catch (error) {
      if (sql.isTransaction) sql.exec('ROLLBACK');
      for (const { reject } of batch) reject(clearer(error));
    }
    if (queue.length === 0) idle();
  };

  return {
    sql,
    commit<T>(change: () => T) {
      return new Promise<T>((resolve, reject) => {
        if (queue.length === 0) setImmediate(flush);
        queue.push({ change, resolve: resolve as (value: unknown) => void, reject });
      });
    },
    onCommit(next) {
      listener = next;
    },
    async close() {
      listener = () => {};
      if (queue.length > 0) await new Promise<void>((resolve) => (idle = resolve));
      sql.close();
    },
  };
};

const SQLITE_FULL = 13;

/** Says "disk full" in words, whichever layer noticed it. */
export const clearer = (error: unknown): unknown => {
  if (error instanceof ServiceError) return error;
  const { code, errcode } = error as { code?: string; errcode?: number };
  return code === 'ENOSPC' || code === 'EDQUOT' || errcode === SQLITE_FULL ? diskFull(error) : error;
};
