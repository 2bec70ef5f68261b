import type { Scope } from '../scope.ts';
import { firstRow, rows, type Steps } from './statement.ts';
import type { Statements } from './statements.ts';

/** All resources of one kind in one scope. */
export interface Collection extends Scope {
  readonly id: number;
  readonly kind: string;
}

/** The numbers of collections, all in memory: there are few, and only this server makes new ones. */
export interface Collections {
  find(kind: string, scope: Scope): Collection | undefined;
  withId(id: number): Collection | undefined;
  ofKind(kind: string): Collection[];
  load(): Steps<void>;
  /**
   * Within a transaction: the collection, new or (when its transaction is committed, but not kept yet) there already.
   * Call `keep` with it once the transaction is committed.
   */
  make(kind: string, scope: Scope): Steps<Collection>;
  keep(collection: Collection): void;
  clear(): void;
}

export function createCollections(statements: Statements): Collections {
  const byKey = new Map<string, Collection>();
  const byId = new Map<number, Collection>();
  const keyOf = (kind: string, { accountId, region }: Scope) => `${kind}\n${accountId}\n${region}`;

  const keep = (collection: Collection) => {
    byKey.set(keyOf(collection.kind, collection), collection);
    byId.set(collection.id, collection);
  };

  return {
    keep,
    find: (kind, scope) => byKey.get(keyOf(kind, scope)),
    withId: (id) => byId.get(id),
    ofKind: (kind) => [...byId.values()].filter((collection) => collection.kind === kind),
    *load() {
      for (const { id, kind, account, region } of yield* rows(statements.collections)) {
        keep({ id, kind, accountId: account, region });
      }
    },
    *make(kind, { accountId, region }) {
      const made = yield* firstRow(statements.makeCollection, { kind, account: accountId, region });
      if (!made) throw new Error('the database gave no id to a new collection');
      return { id: made.id, kind, accountId, region };
    },
    clear() {
      byKey.clear();
      byId.clear();
    },
  };
}
