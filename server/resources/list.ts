import type { Dialect } from './database.ts';
import type { StoredResource } from './documents.ts';
import { isCovered, lookUp, namesNear, positionAfter, type Shape, shapeOf, trigramsFrom, walk } from './list-query.ts';
import type { Position } from './page-token.ts';
import type { ListQuery } from './resource-store.ts';
import { firstRow, rows, type Steps, type Value } from './statement.ts';
import { anyTrigram, hasTrigram, MOST_TRIGRAMS, rareTrigrams } from './trigrams.ts';

const DEFAULT_LIMIT = 100;
const WALK = 1024;
/** A walk that found some matches, but too few, is repeated this many times as long if that is likely to do. */
const LONGER = 16;

export interface ListedRows {
  readonly rows: StoredResource[];
  /** Where the next page starts; missing on the last one. */
  readonly next?: Position;
}

type Values = Readonly<Record<string, Value>>;

/** Reads pages of one collection. `position` is that of the query's token. */
export type List = (collection: number, query: ListQuery, position: Position | undefined) => Steps<ListedRows>;

/**
 * Pages start at a key, never at an offset, and follow an index that has their order. Filters which that index cannot
 * apply (part of a name, times of another column than the sorted one) make a list walk a bounded stretch of it first:
 * where many rows match, that fills the page. Where it does not, matches are rare enough to be found by an index of
 * their own and sorted.
 */
export function createList(dialect: Dialect, walkLength = WALK): List {
  const statements = createListStatements(dialect);
  const shortParts = lazily(() => trigramsFrom(dialect));

  /** The rows of a page, and one more if there is one, or undefined when only the whole walk gives them. */
  function* search(shape: Shape, part: string, values: Values, limit: number): Steps<StoredResource[] | undefined> {
    const { positionAfter, boundedWalk } = statements(shape);
    for (const steps of [walkLength, walkLength * LONGER]) {
      const bound = yield* firstRow(positionAfter(), { ...values, steps });
      // The collection ends before the walk does.
      if (!bound) return undefined;
      const near = yield* rows(boundedWalk(), { ...values, boundKey: bound.key, boundName: bound.name });
      if (near.length > limit) return near;
      // So few that the longer walk would hardly do better.
      if (near.length * LONGER <= limit) break;
    }
    if (shape.contains && dialect.trigramsAreATable) return yield* lookUpNames(shape, part, values);
    return canLookUp(shape, part) ? yield* rows(statements(shape).lookUp(), values) : undefined;
  }

  function* lookUpNames(shape: Shape, part: string, values: Values): Steps<StoredResource[] | undefined> {
    const { namesNear, lookUp } = statements(shape);
    if (hasTrigram(part)) {
      const sample = yield* rows(namesNear(), values);
      const trigrams = rareTrigrams(
        part,
        sample.map(({ name }) => name),
      );
      return yield* rows(lookUp(), { ...values, trigrams });
    }
    const beginning = part.toLowerCase();
    const found = yield* rows(shortParts(), { part: beginning, afterPart: `${beginning}\u{10FFFF}` });
    if (found.length === 0) return [];
    if (found.length > MOST_TRIGRAMS) return undefined;
    return yield* rows(lookUp(), { ...values, trigrams: anyTrigram(found.map(({ term }) => term)) });
  }

  return function* (collection, query, position) {
    const shape = shapeOf(query);
    const { limit = DEFAULT_LIMIT, nameContains: part = '' } = query;
    const values = valuesOf(collection, query, position, limit);
    const found = isCovered(shape) ? undefined : yield* search(shape, part, values, limit);
    return pageOf(found ?? (yield* rows(statements(shape).walk(), values)), shape, limit);
  };
}

const lazily = <R>(compile: () => R): (() => R) => {
  let compiled: R | undefined;
  return () => {
    compiled ??= compile();
    return compiled;
  };
};

/** The statements for a shape, compiled when they are first asked for. */
function createListStatements(dialect: Dialect) {
  const make = (shape: Shape) => ({
    walk: lazily(() => walk(dialect, shape, false)),
    positionAfter: lazily(() => positionAfter(dialect, shape)),
    boundedWalk: lazily(() => walk(dialect, shape, true)),
    namesNear: lazily(() => namesNear(dialect, shape)),
    lookUp: lazily(() => lookUp(dialect, shape)),
  });
  const known = new Map<string, ReturnType<typeof make>>();

  return (shape: Shape) => {
    const key = JSON.stringify(shape);
    const statements = known.get(key) ?? make(shape);
    known.set(key, statements);
    return statements;
  };
}

const canLookUp = ({ sort, contains, ranges }: Shape, part: string): boolean =>
  contains ? hasTrigram(part) : ranges.some(({ column }) => column !== sort);

function pageOf(found: StoredResource[], { sort }: Shape, limit: number): ListedRows {
  if (found.length <= limit) return { rows: found };
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return last ? { rows: page, next: { key: last[sort], name: last.name } } : { rows: page };
}

function valuesOf(collection: number, query: ListQuery, position: Position | undefined, limit: number): Values {
  const part = query.nameContains ?? '';
  const prefix = query.namePrefix ?? '';
  return {
    collection,
    // One more row than asked for tells whether there is a next page.
    limit: limit + 1,
    status: query.status ?? null,
    parent: query.parent ?? null,
    createdAfter: query.createdAfter?.getTime() ?? null,
    createdBefore: query.createdBefore?.getTime() ?? null,
    modifiedAfter: query.modifiedAfter?.getTime() ?? null,
    modifiedBefore: query.modifiedBefore?.getTime() ?? null,
    namePrefix: prefix,
    afterPrefix: `${prefix}\u{10FFFF}`,
    pattern: `%${part.replaceAll(/[\\%_]/g, '\\$&')}%`,
    afterKey: position?.key ?? null,
    afterName: position?.name ?? null,
  };
}
