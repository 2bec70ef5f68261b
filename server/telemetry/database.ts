import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ServiceError } from '../errors.ts';

/** Applied in order, once each; `user_version` counts them. Never edit one that has been released: add another. */
const MIGRATIONS = [
  `
  CREATE TABLE log_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    class TEXT NOT NULL, kms_key TEXT, delete_protected INTEGER NOT NULL,
    created INTEGER NOT NULL, retention_days INTEGER, stored_bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, region, name)
  );
  CREATE TABLE log_streams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id INTEGER NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
    first_event INTEGER, last_event INTEGER NOT NULL DEFAULT 0, last_ingestion INTEGER,
    next_seq INTEGER NOT NULL DEFAULT 1, stored_bytes INTEGER NOT NULL DEFAULT 0, cursor INTEGER NOT NULL DEFAULT 0,
    UNIQUE (group_id, name)
  );
  CREATE INDEX log_streams_by_last_event ON log_streams (group_id, last_event, name);
  CREATE INDEX log_streams_by_first_event ON log_streams (group_id, first_event);
  CREATE TABLE log_events (
    stream INTEGER NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL,
    ingested INTEGER NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (stream, time, seq)
  ) WITHOUT ROWID;
  CREATE TABLE dropped_log_streams (id INTEGER PRIMARY KEY);

  CREATE TABLE metrics (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL, region TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    dimensions TEXT NOT NULL, unit TEXT NOT NULL, last_time INTEGER NOT NULL, last_value REAL NOT NULL,
    UNIQUE (account, region, namespace, name, dimensions, unit)
  );
  CREATE INDEX metrics_by_dimensions ON metrics (account, region, namespace, dimensions);
  CREATE TABLE metric_dimensions (
    name TEXT NOT NULL, value TEXT NOT NULL, metric INTEGER NOT NULL,
    PRIMARY KEY (name, value, metric)
  ) WITHOUT ROWID;
  CREATE TABLE metric_points (
    metric INTEGER NOT NULL, resolution INTEGER NOT NULL, start INTEGER NOT NULL,
    count REAL NOT NULL, sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL, spread BLOB,
    PRIMARY KEY (metric, resolution, start)
  ) WITHOUT ROWID;
  `,
];

const TABLES = [
  'log_groups',
  'log_streams',
  'log_events',
  'dropped_log_streams',
  'metrics',
  'metric_dimensions',
  'metric_points',
];

const PAGES_PER_STEP = 500;
/** SQLite's result code. */
const FULL = 13;

const diskFull = (cause: unknown) =>
  new ServiceError(
    'ServiceUnavailableException',
    "The server's disk is full. Nothing was stored; free some space on it.",
    { status: 503, cause },
  );

export interface Database {
  readonly sql: DatabaseSync;
  /**
   * All of `work` or nothing of it, as a part of the transaction that is under way if there is one. `work` is
   * synchronous, so that nobody else's statement gets between. Throws ServiceUnavailableException for a full disk.
   */
  transaction<T>(work: () => T): T;
  /** Gives some space of what was deleted back to the disk; whether there is more. */
  reclaim(): boolean;
  clear(): void;
  close(): void;
}

/**
 * The telemetry file. `synchronous=NORMAL` in WAL mode: a commit is with the operating system when it returns, so it
 * survives the death of this process at any line; after a power cut the newest commits may be missing, never torn.
 */
export function openDatabase(path: string): Database {
  // Log lines are nobody else's; SQLite gives its -wal and -shm files the mode of the database.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const sql = new DatabaseSync(path);
  sql.exec('PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;');
  sql.exec('PRAGMA busy_timeout=5000; PRAGMA cache_size=-32000; PRAGMA journal_size_limit=67108864;');
  const transaction = <T>(work: () => T): T => {
    if (sql.isTransaction) return work();
    sql.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      sql.exec('COMMIT');
      return result;
    } catch (error) {
      if (sql.isTransaction) sql.exec('ROLLBACK');
      throw (error as { errcode?: number }).errcode === FULL ? diskFull(error) : error;
    }
  };
  migrate(sql, path, transaction);
  return {
    sql,
    transaction,
    reclaim() {
      const { freelist_count: free } = sql.prepare('PRAGMA freelist_count').get() as { freelist_count: number };
      if (free > 0) sql.exec(`PRAGMA incremental_vacuum(${PAGES_PER_STEP})`);
      return free > PAGES_PER_STEP;
    },
    clear: () => transaction(() => sql.exec(TABLES.map((table) => `DELETE FROM ${table};`).join(' '))),
    close: () => sql.close(),
  };
}

function migrate(sql: DatabaseSync, path: string, transaction: (work: () => void) => void): void {
  const version = (sql.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version > MIGRATIONS.length) {
    throw new Error(
      `${path} was written by a newer Wildsage (version ${version}); this one knows up to ${MIGRATIONS.length}`,
    );
  }
  transaction(() => {
    for (const migration of MIGRATIONS.slice(version)) sql.exec(migration);
    sql.exec(`PRAGMA user_version=${MIGRATIONS.length}`);
  });
}
