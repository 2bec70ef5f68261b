import type { Clock } from '../clock.ts';
import type { Scope } from '../scope.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { Collection } from './collections.ts';
import type { StoredResource } from './documents.ts';
import type { Parts } from './reading.ts';
import type { Change, Kind, Resource, ResourceStore, Tag } from './resource-store.ts';
import { firstRow, rows, type Steps } from './statement.ts';
import { removeTags, setTags } from './tags.ts';

type Writing = Pick<ResourceStore, 'create' | 'update' | 'delete' | 'addTags' | 'removeTags' | 'clear'>;

interface Written<Doc> {
  readonly id: number;
  readonly collection: Collection;
  readonly resource: Resource<Doc>;
  /** False when the change left things as they are. */
  readonly changed: boolean;
}

export function createWriting(parts: Parts, { publish }: ChangeFeed, clock: Clock): Writing {
  const { database, statements, collections, documents } = parts;

  const tell = (type: Change['type'], { kind, accountId, region, name, version }: Resource<unknown>): void =>
    publish({ type, kind, accountId, region, name, version });

  const written = <Doc>(row: StoredResource, collection: Collection, changed = true): Written<Doc> => ({
    id: row.id,
    collection,
    resource: documents.parse<Doc>(row, collection),
    changed,
  });

  function* newest<Doc>(kind: Kind<Doc>, scope: Scope, name: string): Steps<[StoredResource, Collection]> {
    const collection = collections.find(kind.name, scope);
    const row = collection && (yield* firstRow(statements.byName, { collection: collection.id, name }));
    if (!row) throw kind.notFound(name, scope);
    return [row, collection];
  }

  return {
    async create<Doc>(
      kind: Kind<Doc>,
      scope: Scope,
      name: string,
      doc: Doc,
      { tags = [], now = clock.now() }: { tags?: readonly Tag[]; now?: Date } = {},
    ) {
      const arn = kind.arn(scope, name, doc);
      const columns = columnsOf(kind, doc);
      function* insert(): Steps<Written<Doc>> {
        const collection = collections.find(kind.name, scope) ?? (yield* collections.make(kind.name, scope));
        const sameArn = yield* rows(statements.byArn, { arn });
        if (sameArn.some((row) => row.collection === collection.id)) throw kind.alreadyExists(name, scope);
        const values = { collection: collection.id, name, arn, now: now.getTime(), ...columns };
        const made = yield* firstRow(statements.insert, values);
        if (!made) throw kind.alreadyExists(name, scope);
        // One may have been added while the last resource of this name was on its way out.
        if (sameArn.length === 0) yield* rows(statements.removeTags, { arn });
        if (tags.length > 0) yield* setTags(statements, arn, tags);
        return written({ ...made, ...values, version: 1, created_at: values.now, modified_at: values.now }, collection);
      }
      const { resource } = await database.write(insert, ({ id, collection, resource }) => {
        collections.keep(collection);
        documents.keep(id, resource);
        tell('created', resource);
      });
      return resource;
    },

    async update<Doc>(
      kind: Kind<Doc>,
      scope: Scope,
      name: string,
      change: (doc: Doc, resource: Resource<Doc>) => Doc,
      { now = clock.now() }: { now?: Date } = {},
    ) {
      function* applyToNewest(): Steps<Written<Doc>> {
        for (;;) {
          const [row, collection] = yield* newest(kind, scope, name);
          const old = documents.read<Doc>(row, collection);
          const doc = change(old.doc, old);
          if (doc === old.doc) return { id: row.id, collection, resource: old, changed: false };
          const next = { ...row, ...columnsOf(kind, doc), version: row.version + 1, modified_at: now.getTime() };
          if (yield* firstRow(statements.update, { ...next, oldVersion: row.version }))
            return written(next, collection);
        }
      }
      const { resource } = await database.write(applyToNewest, ({ id, changed, resource }) => {
        documents.keep(id, resource);
        if (changed) tell('updated', resource);
      });
      return resource;
    },

    async delete<Doc>(kind: Kind<Doc>, scope: Scope, name: string, check?: (doc: Doc) => void) {
      function* removeNewest(): Steps<Written<Doc>> {
        for (;;) {
          const [row, collection] = yield* newest(kind, scope, name);
          const resource = documents.read<Doc>(row, collection);
          check?.(resource.doc);
          if (yield* firstRow(statements.remove, { id: row.id, version: row.version })) {
            yield* rows(statements.removeTags, { arn: row.arn });
            return { id: row.id, collection, resource, changed: true };
          }
        }
      }
      await database.write(removeNewest, ({ id, resource }) => {
        documents.forget(id);
        tell('deleted', resource);
      });
    },

    addTags: (arn, tags) => database.write(() => setTags(statements, arn, tags)),
    removeTags: (arn, keys) => database.write(() => removeTags(statements, arn, keys)),

    async clear() {
      function* clear(): Steps<void> {
        for (const statement of statements.clear) yield* rows(statement);
      }
      await database.write(clear, () => {
        collections.clear();
        documents.clear();
      });
    },
  };
}

/** What the database indexes of a document, and the document. */
function columnsOf<Doc>(kind: Kind<Doc>, doc: Doc) {
  return {
    status: kind.status?.(doc) ?? '',
    parent: kind.parent?.(doc) ?? null,
    active: kind.isActive?.(doc) ? 1 : 0,
    doc: JSON.stringify(doc),
  };
}
