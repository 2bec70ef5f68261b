import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { createChangeFeed } from './change-feed.ts';
import { createCollections } from './collections.ts';
import type { Database } from './database.ts';
import { createDocuments } from './documents.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { createReading } from './reading.ts';
import type { ResourceStore } from './resource-store.ts';
import { openSqlite } from './sqlite.ts';
import { createStatements } from './statements.ts';
import { createWriting } from './writing.ts';

/**
 * Where resources are kept: an SQLite file (`:memory:` for one that is gone when closed), or a PostgreSQL database.
 */
export type ResourceLocation = { readonly path: string } | { readonly databaseUrl: string };

export interface StoreOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * How many rows a list looks at in its order, hoping to fill the page, before it searches for rare matches by another
   * index; a few thousand when missing.
   */
  readonly walkLength?: number;
}

/**
 * Opens the store, making or upgrading its tables. Throws, saying what would be right, when another server has it,
 * when it cannot be reached, and when it is of a newer version.
 */
export async function openResourceStore(location: ResourceLocation, options: StoreOptions): Promise<ResourceStore> {
  const database =
    'path' in location ? openSqlite(location.path) : await openPostgres(location.databaseUrl, options.log);
  try {
    await migrate(database);
    return await createResourceStore(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function createResourceStore(database: Database, options: StoreOptions): Promise<ResourceStore> {
  const statements = createStatements(database.dialect.build);
  const collections = createCollections(statements);
  const parts = { database, statements, collections, documents: createDocuments(), walkLength: options.walkLength };
  const changes = createChangeFeed(options.log);
  await database.read(() => collections.load());
  return {
    ...createReading(parts),
    ...createWriting(parts, changes, options.clock),
    onChange: changes.onChange,
    close: () => database.close(),
  };
}
