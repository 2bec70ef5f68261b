import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from './database.ts';
import type { StoredResource } from './documents.ts';
import type { ListQuery } from './resource-store.ts';
import { indexOver, type ResourceRow } from './schema.ts';
import { type Statement, slot, statement } from './statement.ts';
import { resourceColumns } from './statements.ts';
import { MOST_TRIGRAMS, SAMPLE } from './trigrams.ts';

export type SortColumn = 'name' | 'created_at' | 'modified_at' | 'status';

export interface Range {
  readonly column: 'name' | 'created_at' | 'modified_at';
  readonly operator: '>=' | '<';
  /** The slot for its value. */
  readonly value: string;
}

/** What distinguishes one list statement from another: everything but the values. */
export interface Shape {
  readonly sort: SortColumn;
  readonly descending: boolean;
  readonly status: boolean;
  readonly parent: boolean;
  readonly contains: boolean;
  readonly ranges: readonly Range[];
  /** Starts after the position of a token. */
  readonly after: boolean;
}

const ranges: readonly (Range & { readonly filter: keyof ListQuery })[] = [
  { filter: 'createdAfter', column: 'created_at', operator: '>=', value: 'createdAfter' },
  { filter: 'createdBefore', column: 'created_at', operator: '<', value: 'createdBefore' },
  { filter: 'modifiedAfter', column: 'modified_at', operator: '>=', value: 'modifiedAfter' },
  { filter: 'modifiedBefore', column: 'modified_at', operator: '<', value: 'modifiedBefore' },
  { filter: 'namePrefix', column: 'name', operator: '>=', value: 'namePrefix' },
  { filter: 'namePrefix', column: 'name', operator: '<', value: 'afterPrefix' },
];

const columns = { name: 'name', createdAt: 'created_at', modifiedAt: 'modified_at', status: 'status' } as const;

export function shapeOf(query: ListQuery): Shape {
  const sort = columns[query.sortBy ?? 'name'];
  const status = query.status !== undefined;
  return {
    // Within one status, the order by status is that by name.
    sort: sort === 'status' && status ? 'name' : sort,
    descending: query.order === 'descending',
    status,
    parent: query.parent !== undefined,
    contains: Boolean(query.nameContains),
    ranges: ranges.filter(({ filter }) => query[filter] !== undefined && query[filter] !== ''),
    after: query.token !== undefined,
  };
}

/** True when the index that gives the order also gives exactly the rows: then a page costs its own rows only. */
export const isCovered = ({ sort, contains, ranges }: Shape): boolean =>
  !contains && ranges.every(({ column }) => column === sort);

/** A page by walking the index that has the order; with `bounded`, no further than the position in the bound slots. */
export function walk(dialect: Dialect, shape: Shape, bounded: boolean): Statement<StoredResource> {
  return statement(
    inOrder(dialect, shape, bounded)
      .select(resourceColumns)
      .$if(shape.contains, (query) => query.where(contains(dialect)))
      .where(and(shape.ranges.filter(({ column }) => column !== shape.sort).map(unindexed)))
      .limit(slot<number>('limit')),
  );
}

/** The position some `steps` further on in the order, whether those rows pass the filters that it lacks or not. */
export function positionAfter(dialect: Dialect, shape: Shape) {
  return statement(
    inOrder(dialect, shape, false)
      .select([`resources.${shape.sort} as key`, 'resources.name'])
      .limit(1)
      .offset(slot<number>('steps')),
  );
}

/** The names of the rows that come next in the order, whether they pass the filters that it lacks or not. */
export const namesNear = (dialect: Dialect, shape: Shape) =>
  statement(inOrder(dialect, shape, false).select('resources.name').limit(SAMPLE));

/** The trigrams of names that begin with a part of a name too short to have one; a few more than can be matched at once. */
export const trigramsFrom = ({ build }: Dialect) =>
  statement(
    build
      .selectFrom('resource_trigrams')
      .select('term')
      .where('term', '>=', slot<string>('part'))
      .where('term', '<', slot<string>('afterPart'))
      .limit(MOST_TRIGRAMS + 1),
  );

/** A page by finding all rows that pass the filters, through whichever index serves those, and sorting them. */
export function lookUp(dialect: Dialect, shape: Shape): Statement<StoredResource> {
  const { build } = dialect;
  const direction = shape.descending ? 'desc' : 'asc';
  const byTrigrams = shape.contains && dialect.trigramsAreATable;
  const found = (
    byTrigrams
      ? // SQLite reads the left side of a cross join first; left to itself it would walk the collection.
        build
          .selectFrom('resource_names')
          .crossJoin('resources')
          .whereRef('resources.id', '=', 'resource_names.rowid')
          .where(sql<boolean>`resource_names match ${slot('trigrams')}`)
      : build.selectFrom('resources')
  )
    .select('resources.id')
    .where(and(equalities(shape)))
    .$if(shape.contains, (query) => query.where(contains(dialect)))
    .$if(shape.after, (query) => query.where(compare(shape, shape.descending ? '<' : '>', 'after', hidden)))
    .where(and(shape.ranges.map((range) => sql<boolean>`${sql.ref(`resources.${range.column}`)} ${rest(range)}`)))
    .orderBy(hidden(shape.sort), direction)
    .orderBy(hidden('name'), direction)
    .limit(slot<number>('limit'));
  return statement(
    build
      .selectFrom('resources')
      .select(resourceColumns)
      .where('id', 'in', found)
      .orderBy(hidden(shape.sort), direction)
      .orderBy(hidden('name'), direction),
  );
}

/** The resources, read through the index that has the order of the shape after all its equalities. */
function inIndex({ build, indexedBy }: Dialect, { sort, status, parent }: Shape) {
  if (!indexedBy) return build.selectFrom('resources');
  const index = indexOver(...(parent ? ['parent'] : []), ...(status ? ['status'] : []), ...new Set([sort, 'name']));
  // The index is part of what SQLite takes after the alias.
  return build.selectFrom(sql<ResourceRow>`resources`.as<'resources'>(sql`resources indexed by ${sql.ref(index)}`));
}

function inOrder(dialect: Dialect, shape: Shape, bounded: boolean) {
  const { sort, descending, after } = shape;
  const direction = descending ? 'desc' : 'asc';
  // Of two lower (or upper) bounds on one column SQLite seeks to one and tests the other row by row: give it the tighter.
  const ofSort = shape.ranges.filter(({ column, operator }) => {
    const atStart = (operator === '>=') !== descending;
    return column === sort && !(atStart ? after : bounded);
  });
  return inIndex(dialect, shape)
    .where(and(equalities(shape)))
    .where(and(ofSort.map((range) => sql<boolean>`${sql.ref(`resources.${range.column}`)} ${rest(range)}`)))
    .$if(after, (query) => query.where(compare(shape, descending ? '<' : '>', 'after', plain)))
    .$if(bounded, (query) => query.where(compare(shape, descending ? '>=' : '<=', 'bound', plain)))
    .$if(sort !== 'name', (query) => query.orderBy(`resources.${sort}`, direction))
    .orderBy('resources.name', direction);
}

const equalities = ({ status, parent }: Shape): RawBuilder<boolean>[] => [
  sql`resources.collection = ${slot('collection')}`,
  ...(status ? [sql<boolean>`resources.status = ${slot('status')}`] : []),
  ...(parent ? [sql<boolean>`resources.parent = ${slot('parent')}`] : []),
];

const contains = ({ caseInsensitiveLike }: Dialect): RawBuilder<boolean> =>
  sql`resources.name ${sql.raw(caseInsensitiveLike)} ${slot('pattern')} escape '\\'`;

const rest = ({ operator, value }: Range): RawBuilder<unknown> => sql`${sql.raw(operator)} ${slot(value)}`;

const unindexed = (range: Range): RawBuilder<boolean> => sql`${hidden(range.column)} ${rest(range)}`;

const plain = (column: SortColumn): RawBuilder<unknown> => sql.ref(`resources.${column}`);

/** The column's value such that no index on the column is considered for it. */
const hidden = (column: SortColumn): RawBuilder<unknown> =>
  column === 'created_at' || column === 'modified_at' ? sql`${plain(column)} + 0` : sql`${plain(column)} || ''`;

function compare(
  { sort }: Shape,
  operator: '<' | '>' | '<=' | '>=',
  position: 'after' | 'bound',
  column: (name: SortColumn) => RawBuilder<unknown>,
): RawBuilder<boolean> {
  const name = slot(`${position}Name`);
  if (sort === 'name') return sql`${column('name')} ${sql.raw(operator)} ${name}`;
  const key = slot(`${position}Key`);
  return sql`(${column(sort)}, ${column('name')}) ${sql.raw(operator)} (${key}, ${name})`;
}

const and = (conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> =>
  conditions.length === 0 ? sql`1 = 1` : sql.join<boolean>(conditions, sql` and `);
