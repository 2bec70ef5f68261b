import { BoundedCache } from '../bounded-cache.ts';
import type { Collection } from './collections.ts';
import type { Resource } from './resource-store.ts';

/** A resource as it is read from the database. */
export interface StoredResource {
  readonly id: number;
  readonly collection: number;
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  readonly version: number;
  readonly created_at: number;
  readonly modified_at: number;
  readonly doc: string;
}

const KEPT = 10_000;

/**
 * Turns rows into resources. Those seen last are kept parsed, by id and version; since callers share them they are
 * frozen, so that one who changes a document instead of copying it is told at once.
 */
export interface Documents {
  /** From a row that is committed. */
  read<Doc>(row: StoredResource, collection: Collection): Resource<Doc>;
  /** From a row that may yet be rolled back: without keeping it. */
  parse<Doc>(row: StoredResource, collection: Collection): Resource<Doc>;
  keep(id: number, resource: Resource<unknown>): void;
  forget(id: number): void;
  clear(): void;
}

export function createDocuments(): Documents {
  const kept = new BoundedCache<number, Resource<unknown>>(KEPT);

  return {
    read<Doc>(row: StoredResource, collection: Collection): Resource<Doc> {
      const known = kept.get(row.id);
      // The kind that the caller reads by is the kind that wrote the document.
      if (known?.version === row.version) return known as Resource<Doc>;
      const resource = parse<Doc>(row, collection);
      kept.set(row.id, resource);
      return resource;
    },
    parse,
    keep: (id, resource) => kept.set(id, resource),
    forget: (id) => kept.delete(id),
    clear: () => kept.clear(),
  };
}

const parse = <Doc>(row: StoredResource, { kind, accountId, region }: Collection): Resource<Doc> =>
  Object.freeze({
    kind,
    accountId,
    region,
    name: row.name,
    arn: row.arn,
    doc: freeze(JSON.parse(row.doc)) as Doc,
    version: row.version,
    createdAt: new Date(row.created_at),
    modifiedAt: new Date(row.modified_at),
  });

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
