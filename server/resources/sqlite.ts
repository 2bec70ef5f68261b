import { closeSync, openSync } from 'node:fs';
import type { StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { ServiceError } from '../errors.ts';
import type { Database, Dialect } from './database.ts';
import { sqliteBuilder } from './schema.ts';
import type { Request, Row, Steps, Value } from './statement.ts';

const BUSY_TIMEOUT_MS = 5000;
const CACHE_KIB = 65_536;
/**
 * How long the write-ahead log grows before it is copied into the database, with an fsync, while a request waits: a page
 * that changes often is copied once for all its changes.
 */
const CHECKPOINT_PAGES = 10_000;
/** What the write-ahead log shrinks to after a backup has kept it from being emptied. */
const LOG_BYTES = 67_108_864;
const PREPARED_STATEMENTS = 500;
/** SQLite's result codes. */
const BUSY = 5;
const FULL = 13;

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  build: sqliteBuilder,
  caseInsensitiveLike: 'like',
  trigramsAreATable: true,
  indexedBy: true,
  text: 'text',
  bigint: 'integer',
  serial: 'integer primary key',
  // Names go in with two spaces behind them, so that each of their letters begins a trigram: parts of one or two letters
  // are found by the trigrams that begin with them.
  trigramIndex: [
    `create virtual table resource_names using
       fts5(name, content='', tokenize='trigram', detail=none, columnsize=0)`,
    `create virtual table resource_trigrams using fts5vocab('resource_names', 'row')`,
    `create trigger resource_named after insert on resources begin
       insert into resource_names(rowid, name) values (new.id, new.name || '  ');
     end`,
    `create trigger resource_unnamed after delete on resources begin
       insert into resource_names(resource_names, rowid, name) values ('delete', old.id, old.name || '  ');
     end`,
  ],
};

/**
 * Opens (or makes) the file, for its owner only. `synchronous=normal`: a commit is with the operating system when it
 * returns, so that it survives the end of any process; a power cut may take the last moments with it, and tears nothing.
 * Waiting for the disk at each commit would make every creation three times as slow. Safe to copy while in use with
 * `sqlite3 FILE ".backup COPY"` or `VACUUM INTO`; copying the file alone misses what is still in its `-wal`. Throws when
 * another process has it.
 */
export function openSqlite(path: string): Database {
  const inMemory = path === ':memory:';
  let lock: DatabaseSync | undefined;
  try {
    if (!inMemory) lock = takeLock(path);
    if (!inMemory) createPrivately(path);
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    db.exec(
      `pragma journal_mode=wal; pragma synchronous=normal; pragma journal_size_limit=${LOG_BYTES};
       pragma wal_autocheckpoint=${CHECKPOINT_PAGES};
       pragma cache_size=-${CACHE_KIB}; pragma temp_store=memory`,
    );
    return createDatabase(db, lock);
  } catch (cause) {
    lock?.close();
    throw new Error(`cannot open the resource database ${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The lock is an exclusive transaction on a file of its own: the operating system ends it with the process, however
 * that dies, and the database itself stays open to `sqlite3` and to backups.
 */
function takeLock(path: string): DatabaseSync {
  createPrivately(`${path}.lock`);
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec('pragma journal_mode=memory; begin exclusive');
    return lock;
  } catch (cause) {
    lock.close();
    if (!isSqliteError(cause, BUSY)) throw cause;
    throw new Error('it is in use by another Wildsage server; stop that one, or choose another home', { cause });
  }
}

const isSqliteError = (error: unknown, code: number): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === code;

// SQLite gives its -wal and -shm files the mode of the database, which holds secrets.
const createPrivately = (path: string) => closeSync(openSync(path, 'a', 0o600));

const diskFull = (cause: unknown) =>
  new ServiceError('ServiceUnavailable', "The server's disk is full. Nothing was changed; free some space on it.", {
    status: 503,
    cause,
  });

type Ask = (parameters: readonly Value[]) => Row[];

/**
 * Runs a statement. The driver makes arrays a quarter faster than objects, and a function that is compiled for the
 * columns makes objects of them in no time.
 */
function asking(statement: StatementSync): Ask {
  const members = statement.columns().map(({ name }, index) => `${JSON.stringify(name)}: row[${index}]`);
  const rowOf = new Function('row', `return { ${members.join(', ')} };`) as (row: unknown) => Row;
  statement.setReturnArrays(true);
  return (parameters) => statement.all(...parameters).map(rowOf);
}

function createDatabase(db: DatabaseSync, lock: DatabaseSync | undefined): Database {
  const prepared = new Map<string, Ask>();
  const begin = db.prepare('begin immediate');
  const commit = db.prepare('commit');
  const rollback = db.prepare('rollback');

  const prepare = (sql: string): Ask => {
    const known = prepared.get(sql);
    if (known) return known;
    if (prepared.size >= PREPARED_STATEMENTS) prepared.delete(prepared.keys().next().value!);
    const fresh = asking(db.prepare(sql));
    prepared.set(sql, fresh);
    return fresh;
  };

  const ask = ({ sql, parameters }: Request): Row[] => prepare(sql)(parameters);

  const run = <T>(steps: Steps<T>): T => {
    let step = steps.next();
    while (!step.done) step = steps.next(ask(step.value));
    return step.value;
  };

  const transaction = <T>(steps: () => Steps<T>): T => {
    begin.run();
    try {
      const result = run(steps());
      commit.run();
      return result;
    } catch (error) {
      // A failed commit (full disk) may have ended the transaction already.
      if (db.isTransaction) rollback.run();
      throw isSqliteError(error, FULL) ? diskFull(error) : error;
    }
  };

  return {
    dialect: sqliteDialect,
    async read(steps) {
      return run(steps());
    },
    async write(steps, committed) {
      const result = transaction(steps);
      committed?.(result);
      return result;
    },
    async close() {
      db.close();
      lock?.close();
    },
  };
}
