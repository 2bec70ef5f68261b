import type { Builder } from './schema.ts';
import { slot, statement } from './statement.ts';

/** What a resource is read as. */
export const resourceColumns = [
  'id',
  'collection',
  'name',
  'arn',
  'status',
  'version',
  'created_at',
  'modified_at',
  'doc',
] as const;

/** Everything but lists, compiled once. */
export const createStatements = (build: Builder) => ({
  collections: statement(build.selectFrom('collections').selectAll()),
  makeCollection: statement(
    build
      .insertInto('collections')
      .values({ account: slot('account'), region: slot('region'), kind: slot('kind') })
      // Changes nothing, but a conflict that does nothing would return nothing.
      .onConflict((conflict) => conflict.columns(['kind', 'account', 'region']).doUpdateSet({ kind: slot('kind') }))
      .returning('id'),
  ),

  byName: statement(
    build
      .selectFrom('resources')
      .select(resourceColumns)
      .where('collection', '=', slot<number>('collection'))
      .where('name', '=', slot<string>('name')),
  ),
  byArn: statement(
    build.selectFrom('resources').select(resourceColumns).where('arn', '=', slot<string>('arn')).orderBy('id'),
  ),
  active: statement(
    build
      .selectFrom('resources')
      .select(resourceColumns)
      .where('collection', '=', slot<number>('collection'))
      // A literal: with a parameter neither database could tell that the partial index holds all such rows.
      .where('active', '=', (eb) => eb.lit(1))
      .where('id', '>', slot<number>('afterId'))
      .orderBy('id')
      .limit(slot<number>('limit')),
  ),

  insert: statement(
    build
      .insertInto('resources')
      .values({
        collection: slot('collection'),
        name: slot('name'),
        arn: slot('arn'),
        status: slot('status'),
        parent: slot('parent'),
        active: slot('active'),
        created_at: slot('now'),
        modified_at: slot('now'),
        version: 1,
        doc: slot('doc'),
      })
      .onConflict((conflict) => conflict.columns(['collection', 'name']).doNothing())
      .returning('id'),
  ),
  update: statement(
    build
      .updateTable('resources')
      .set({
        status: slot<string>('status'),
        parent: slot<string>('parent'),
        active: slot<number>('active'),
        modified_at: slot<number>('modified_at'),
        version: slot<number>('version'),
        doc: slot<string>('doc'),
      })
      .where('id', '=', slot<number>('id'))
      .where('version', '=', slot<number>('oldVersion'))
      .returning('id'),
  ),
  remove: statement(
    build
      .deleteFrom('resources')
      .where('id', '=', slot<number>('id'))
      .where('version', '=', slot<number>('version'))
      .returning('id'),
  ),

  tags: statement(
    build
      .selectFrom('tags')
      .select(['key as Key', 'value as Value'])
      .where('arn', '=', slot<string>('arn'))
      .orderBy('key'),
  ),
  setTag: statement(
    build
      .insertInto('tags')
      .values({ arn: slot('arn'), key: slot('key'), value: slot('value') })
      .onConflict((conflict) => conflict.columns(['arn', 'key']).doUpdateSet({ value: slot<string>('value') })),
  ),
  removeTag: statement(
    build.deleteFrom('tags').where('arn', '=', slot<string>('arn')).where('key', '=', slot<string>('key')),
  ),
  removeTags: statement(build.deleteFrom('tags').where('arn', '=', slot<string>('arn'))),

  clear: [
    statement(build.deleteFrom('tags')),
    statement(build.deleteFrom('resources')),
    statement(build.deleteFrom('collections')),
  ],
});

export type Statements = ReturnType<typeof createStatements>;
