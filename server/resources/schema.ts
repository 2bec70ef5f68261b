import type { Generated } from 'kysely';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** One kind within one scope. Its number stands for all three in every index of `resources`. */
export interface CollectionRow {
  id: Generated<number>;
  account: string;
  region: string;
  kind: string;
}

export interface ResourceRow {
  id: Generated<number>;
  collection: number;
  name: string;
  arn: string;
  /** Empty for kinds without a status. */
  status: string;
  /** Null where the kind has none; indexes on it leave such rows out. */
  parent: string | null;
  /** 1 while a controller has something left to do, else 0. */
  active: number;
  /** Milliseconds since 1970, as `modified_at`. */
  created_at: number;
  modified_at: number;
  version: number;
  /** JSON text. */
  doc: string;
}

export interface TagRow {
  arn: string;
  key: string;
  value: string;
}

export interface Schema {
  collections: CollectionRow;
  resources: ResourceRow;
  tags: TagRow;
  /** SQLite only: the trigram index over `resources.name`. */
  resource_names: { rowid: number; resource_names: string };
  /** SQLite only: the trigrams in it, in lower case. */
  resource_trigrams: { term: string };
}

/** The name of the index of `resources` over the collection and then these columns. */
export const indexOver = (...columns: readonly string[]): string => `resources_by_${columns.join('_')}`;

export type Builder = Kysely<Schema>;

/** Builds and compiles queries; running them is the database's. */
export const sqliteBuilder: Builder = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

export const postgresBuilder: Builder = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
