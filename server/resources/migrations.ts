import type { Database, Dialect } from './database.ts';
import { indexOver } from './schema.ts';
import type { Steps } from './statement.ts';

/** The tables' history. A released entry never changes; a new one is added below it. */
const migrations: readonly ((dialect: Dialect) => readonly string[])[] = [resourcesAndTags];

/**
 * Brings the tables up to this version, in one transaction. Throws for a database of a newer version, leaving it as it
 * is.
 */
export async function migrate(database: Database): Promise<void> {
  await database.write(function* () {
    yield sql('create table if not exists migrations (version integer primary key)');
    const [newest] = yield sql('select coalesce(max(version), 0) as version from migrations');
    const version = Number(newest?.version);
    if (version > migrations.length) throw newerDatabase(version);
    for (const [index, migration] of migrations.entries()) {
      if (index >= version) yield* apply(index + 1, migration(database.dialect));
    }
  });
}

function* apply(version: number, statements: readonly string[]): Steps<void> {
  for (const statement of statements) yield sql(statement);
  yield sql(`insert into migrations (version) values (${version})`);
}

const newerDatabase = (version: number) =>
  new Error(
    `the resource database is of version ${version}, newer than the ${migrations.length} that this Wildsage knows; ` +
      'start it with the newer Wildsage, or choose another home',
  );

const sql = (text: string) => ({ sql: text, parameters: [] });

/** One index for each sort order: alone, by status, by parent, and by both. */
const sortIndexes = [
  ['modified_at', 'name'],
  ['created_at', 'name'],
  ['status', 'name'],
  ['status', 'modified_at', 'name'],
  ['status', 'created_at', 'name'],
].flatMap((columns) => [index(columns), index(['parent', ...columns])]);

function index(columns: readonly string[]): string {
  // Most kinds have no parent: their rows cost these indexes nothing.
  const where = columns.includes('parent') ? ' where parent is not null' : '';
  return `create index ${indexOver(...columns)} on resources (collection, ${columns.join(', ')})${where}`;
}

function resourcesAndTags({ text, bigint, serial, trigramIndex }: Dialect): readonly string[] {
  return [
    `create table collections (
       id ${serial},
       account ${text} not null,
       region ${text} not null,
       kind ${text} not null,
       unique (kind, account, region)
     )`,
    `create table resources (
       id ${serial},
       collection ${bigint} not null,
       name ${text} not null,
       arn ${text} not null,
       status ${text} not null,
       parent ${text},
       active integer not null,
       created_at ${bigint} not null,
       modified_at ${bigint} not null,
       version ${bigint} not null,
       doc ${text} not null
     )`,
    `create unique index ${indexOver('name')} on resources (collection, name)`,
    'create index resources_by_arn on resources (arn)',
    'create index active_resources on resources (collection, id) where active = 1',
    index(['parent', 'name']),
    ...sortIndexes,
    `create table tags (arn ${text} not null, key ${text} not null, value ${text} not null, primary key (arn, key))`,
    ...trigramIndex,
  ];
}
