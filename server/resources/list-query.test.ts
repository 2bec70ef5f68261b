import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Database } from './database.ts';
import { isCovered, lookUp, positionAfter, type Shape, shapeOf, walk } from './list-query.ts';
import { migrate } from './migrations.ts';
import type { ListQuery } from './resource-store.ts';
import { openSqlite } from './sqlite.ts';
import type { Row, Steps } from './statement.ts';

const now = new Date();

/** Every way to choose from the values of some fields. */
function* combinations(fields: Record<string, readonly unknown[]>): Generator<ListQuery> {
  const [[name, values] = ['', []], ...rest] = Object.entries(fields);
  if (name === '') return yield {};
  for (const others of combinations(Object.fromEntries(rest)))
    for (const value of values) yield { ...others, [name]: value };
}

const everyOrder = {
  sortBy: ['name', 'createdAt', 'modifiedAt', 'status'],
  order: ['ascending', 'descending'],
  token: [undefined, 'x'],
  status: [undefined, 'Failed'],
  parent: [undefined, 'group'],
};

const queries = [
  ...combinations({
    ...everyOrder,
    createdAfter: [undefined, now],
    createdBefore: [undefined, now],
    modifiedAfter: [undefined, now],
    modifiedBefore: [undefined, now],
    namePrefix: [undefined, 'a'],
  }),
  ...combinations({
    ...everyOrder,
    createdAfter: [undefined, now],
    namePrefix: [undefined, 'a'],
    nameContains: ['abc'],
  }),
];

describe('list statements on SQLite', () => {
  let database: Database;
  before(async () => {
    database = openSqlite(':memory:');
    await migrate(database);
  });
  after(() => database.close());

  async function planOf({ sql }: { sql: string }): Promise<string> {
    const steps = await database.read(function* (): Steps<Row[]> {
      return yield { sql: `explain query plan ${sql}`, parameters: [] };
    });
    return steps.map(({ detail }) => detail).join('\n');
  }

  const distinct = (shapes: readonly Shape[]) => [
    ...new Map(shapes.map((shape) => [JSON.stringify(shape), shape])).values(),
  ];
  const shapes = distinct(queries.map(shapeOf));

  /** By an index, from a key, in the order that it has. */
  const seeks = /^SEARCH resources USING (COVERING )?INDEX \w+ \(collection=\?[^)]*\)?.*$/;

  it('walk one index from where the page starts, and sort nothing', async () => {
    for (const shape of shapes) {
      const statements = [positionAfter(database.dialect, shape), walk(database.dialect, shape, false)];
      for (const statement of [...statements, walk(database.dialect, shape, true)]) {
        assert.match(await planOf(statement), seeks, statement.sql);
      }
    }
  });

  it('seek to the position of the token and to that of the walk’s end', async () => {
    for (const shape of shapes.filter(({ after }) => after)) {
      const { sort, descending } = shape;
      const key = sort === 'name' ? 'name' : `(${sort},name)`;
      const value = sort === 'name' ? '?' : '(?,?)';
      const start = `${key}${descending ? '<' : '>'}${value}`;
      assert.ok((await planOf(walk(database.dialect, shape, false))).includes(start), JSON.stringify(shape));
      const both = await planOf(walk(database.dialect, shape, true));
      assert.ok(
        both.includes(`${key}>${value}`) && both.includes(`${key}<${value}`),
        `${both} ${JSON.stringify(shape)}`,
      );
    }
  });

  it('seek by every equality that they filter by', async () => {
    for (const shape of shapes) {
      const plan = await planOf(walk(database.dialect, shape, false));
      if (shape.status) assert.match(plan, /status=\?/);
      if (shape.parent) assert.match(plan, /parent=\?/);
    }
  });

  it('look rare matches up by trigrams, else by the range that is not the order', async () => {
    for (const shape of shapes.filter((shape) => !isCovered(shape))) {
      const plan = await planOf(lookUp(database.dialect, shape));
      assert.doesNotMatch(plan, /SCAN resources/);
      if (shape.contains) assert.match(plan, /SCAN resource_names VIRTUAL TABLE INDEX/);
      else assert.match(plan, /(created_at|modified_at|name)[<>]\?/, plan);
    }
  });
});
