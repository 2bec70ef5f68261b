import type { Builder } from './schema.ts';
import type { Steps } from './statement.ts';

/** How the databases differ, besides what Kysely's compilers already know. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  readonly build: Builder;
  /** The operator that matches a LIKE pattern without regard to case. */
  readonly caseInsensitiveLike: 'like' | 'ilike';
  /** True where trigrams are a table of their own to join with; false where the planner finds their index by itself. */
  readonly trigramsAreATable: boolean;
  /** True where a query can name its index, and fails rather than reads another; false where statistics must do. */
  readonly indexedBy: boolean;
  /** The text type whose order is that of the bytes, whatever the database's locale. */
  readonly text: string;
  readonly bigint: string;
  /** A primary key that counts up. */
  readonly serial: string;
  /** Statements that make the trigram index over `resources.name`. */
  readonly trigramIndex: readonly string[];
}

/** One open database, which nobody else writes to. */
export interface Database {
  readonly dialect: Dialect;
  read<T>(steps: () => Steps<T>): Promise<T>;
  /**
   * In one transaction, on disk when the promise resolves; transactions come one after another. `committed` is called
   * before anything else can read or write, so that what is kept in memory never lags behind.
   */
  write<T>(steps: () => Steps<T>, committed?: (result: T) => void): Promise<T>;
  close(): Promise<void>;
}
