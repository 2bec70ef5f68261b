import type { Scope } from '../scope.ts';
import type { Collection, Collections } from './collections.ts';
import { createCount } from './count.ts';
import type { Database } from './database.ts';
import type { Documents, StoredResource } from './documents.ts';
import { createList } from './list.ts';
import { decodeToken, encodeToken, fingerprintOf } from './page-token.ts';
import type { Kind, ListQuery, Page, Resource, ResourceStore } from './resource-store.ts';
import { firstRow, rows } from './statement.ts';
import type { Statements } from './statements.ts';

const ACTIVE_BATCH = 500;

/** What the store's methods work on. */
export interface Parts {
  readonly database: Database;
  readonly statements: Statements;
  readonly collections: Collections;
  readonly documents: Documents;
  /** As in `StoreOptions`. */
  readonly walkLength?: number;
}

type Reading = Pick<
  ResourceStore,
  'get' | 'find' | 'findByArn' | 'findAnyByArn' | 'list' | 'active' | 'count' | 'tags'
>;

export function createReading({ database, statements, collections, documents, walkLength }: Parts): Reading {
  const list = createList(database.dialect, walkLength);
  const count = createCount(database.dialect);

  async function find<Doc>(collection: Collection | undefined, name: string): Promise<Resource<Doc> | undefined> {
    if (!collection) return undefined;
    const row = await database.read(() => firstRow(statements.byName, { collection: collection.id, name }));
    return row && documents.read<Doc>(row, collection);
  }

  const inItsCollection = (row: StoredResource): Resource<unknown> | undefined => {
    const collection = collections.withId(row.collection);
    return collection && documents.read(row, collection);
  };

  const withArn = async (arn: string): Promise<Resource<unknown>[]> => {
    const found = await database.read(() => rows(statements.byArn, { arn }));
    return found.map(inItsCollection).filter((resource) => resource !== undefined);
  };

  return {
    find: (kind, scope, name) => find(collections.find(kind.name, scope), name),

    async get<Doc>(kind: Kind<Doc>, scope: Scope, name: string) {
      const resource = await find<Doc>(collections.find(kind.name, scope), name);
      if (!resource) throw kind.notFound(name, scope);
      return resource;
    },

    async findByArn<Doc>(kind: Kind<Doc>, arn: string) {
      const ofKind = (await withArn(arn)).find((resource) => resource.kind === kind.name);
      return ofKind as Resource<Doc> | undefined;
    },

    async findAnyByArn(arn) {
      return (await withArn(arn))[0];
    },

    async list<Doc>(kind: Kind<Doc>, scope: Scope, query: ListQuery = {}): Promise<Page<Resource<Doc>>> {
      const fingerprint = fingerprintOf(kind.name, scope, query);
      const position = query.token === undefined ? undefined : decodeToken(fingerprint, query, query.token);
      const collection = collections.find(kind.name, scope);
      if (!collection) return { items: [] };
      const page = await database.read(() => list(collection.id, query, position));
      const items = page.rows.map((row) => documents.read<Doc>(row, collection));
      return page.next ? { items, nextToken: encodeToken(fingerprint, page.next) } : { items };
    },

    async *active<Doc>(kind: Kind<Doc>) {
      for (const collection of collections.ofKind(kind.name)) {
        for (let afterId = 0; ; ) {
          const values = { collection: collection.id, afterId, limit: ACTIVE_BATCH };
          const batch = await database.read(() => rows(statements.active, values));
          for (const row of batch) yield documents.read<Doc>(row, collection);
          const last = batch.at(-1);
          if (!last || batch.length < ACTIVE_BATCH) break;
          afterId = last.id;
        }
      }
    },

    async count(kind, scope, query = {}) {
      const collection = collections.find(kind.name, scope);
      return collection ? await database.read(() => count(collection.id, query)) : 0;
    },

    tags: (arn) => database.read(() => rows(statements.tags, { arn })),
  };
}
