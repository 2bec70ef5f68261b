import pg from 'pg';
import type { Logger } from '../logger.ts';
import type { Database, Dialect } from './database.ts';
import { orUnavailable } from './postgres-errors.ts';
import { postgresBuilder } from './schema.ts';
import type { Request, Row, Steps } from './statement.ts';

const READERS = 8;
/** A machine that does not answer at all would otherwise hold requests up for minutes. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Any number, as long as it stays the same: what servers on one database contend for. */
const SERVER_LOCK = 7_463_201_945;
const BIGINT = 20;

export const postgresDialect = (withTrigrams: boolean): Dialect => ({
  name: 'postgres',
  build: postgresBuilder,
  caseInsensitiveLike: 'ilike',
  trigramsAreATable: false,
  indexedBy: false,
  text: 'text collate "C"',
  bigint: 'bigint',
  serial: 'bigserial primary key',
  trigramIndex: withTrigrams ? ['create index resources_by_trigram on resources using gin (name gin_trgm_ops)'] : [],
});

// Ids, versions and times stay far below 2^53, so that a JavaScript number holds them.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === BIGINT ? Number : pg.types.getTypeParser(oid, format)),
};

/**
 * Connects to a database that no other server has open. One connection writes, so that changes are committed in the
 * order in which they are told; the others read.
 */
export async function openPostgres(databaseUrl: string, log: Logger): Promise<Database> {
  const config = {
    connectionString: databaseUrl,
    types,
    application_name: 'wildsage',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
  let writer = await connect(config, log);
  const readers = new pg.Pool({ ...config, max: READERS });
  readers.on('error', (error) => log.warn('a database connection was lost', { error }));
  const dialect = postgresDialect(await haveTrigrams(writer.client, log));
  let queue: Promise<unknown> = Promise.resolve();

  const transaction = async <T>(steps: Steps<T>): Promise<T> => {
    if (writer.isLost()) writer = await orUnavailable(connect(config, log));
    const { client } = writer;
    await orUnavailable(client.query('begin'));
    try {
      const result = await run(client, steps);
      await orUnavailable(client.query('commit'));
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  };

  return {
    dialect,
    read: (steps) => run(readers, steps()),
    write(steps, committed) {
      const result = queue.then(async () => {
        const done = await transaction(steps());
        committed?.(done);
        return done;
      });
      queue = result.catch(() => {});
      return result;
    },
    async close() {
      await queue;
      await Promise.all([readers.end(), writer.client.end()]);
    },
  };
}

async function run<T>(connection: pg.Client | pg.Pool, steps: Steps<T>): Promise<T> {
  const ask = async ({ sql, parameters }: Request): Promise<Row[]> =>
    (await orUnavailable(connection.query<Row>(sql, [...parameters]))).rows;
  let step = steps.next();
  while (!step.done) {
    let answer: Row[];
    try {
      answer = await ask(step.value);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(answer);
  }
  return step.value;
}

interface Writer {
  readonly client: pg.Client;
  isLost(): boolean;
}

/** Throws when another server holds the lock, which PostgreSQL frees with the connection that took it. */
async function connect(config: pg.ClientConfig, log: Logger): Promise<Writer> {
  const client = new pg.Client(config);
  const place = `${client.database} at ${client.host}:${client.port}`;
  let lost = false;
  client.on('error', (error) => {
    lost = true;
    log.warn('the connection to the resource database was lost', { error });
  });
  client.on('end', () => {
    lost = true;
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${SERVER_LOCK}) as taken`);
    if (!rows[0]?.taken) {
      throw new Error('it is in use by another Wildsage server; stop that one, or name another database');
    }
    return { client, isLost: () => lost };
  } catch (cause) {
    await client.end().catch(() => {});
    throw new Error(`cannot open the resource database ${place}: ${(cause as Error).message}`, { cause });
  }
}

/** True when the database has, or lets us make, the extension that indexes parts of names. */
async function haveTrigrams(client: pg.Client, log: Logger): Promise<boolean> {
  try {
    await client.query('create extension if not exists pg_trgm');
    return true;
  } catch (error) {
    log.warn('without the extension pg_trgm, lists by a part of a name are slow', { error });
    return false;
  }
}
