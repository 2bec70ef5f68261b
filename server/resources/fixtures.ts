import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { ServiceError } from '../errors.ts';
import { silentLogger } from '../logger.ts';
import { arnOf } from '../scope.ts';
import type { Database } from './database.ts';
import type { ResourceLocation } from './index.ts';
import { openPostgres } from './postgres.ts';
import type { Kind } from './resource-store.ts';
import { openSqlite } from './sqlite.ts';

/** A database to run the same tests on. */
export interface TestDatabase {
  readonly name: string;
  start(): Promise<TestPlace>;
}

export interface TestPlace {
  readonly location: ResourceLocation;
  open(): Promise<Database>;
  /** As it was at the start. Nobody has it open. */
  empty(): Promise<void>;
  end(): Promise<void>;
}

export const sqliteFile: TestDatabase = {
  name: 'SQLite',
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'wildsage-resources-'));
    const path = join(folder, 'resources.sqlite');
    return {
      location: { path },
      open: async () => openSqlite(path),
      async empty() {
        for (const file of await readdir(folder)) await rm(join(folder, file));
      },
      end: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

/** PostgreSQL itself, in WebAssembly, behind a socket that the driver connects to. */
const postgres: TestDatabase = {
  name: 'PostgreSQL',
  async start() {
    const db = await PGlite.create({ extensions: { pg_trgm } });
    const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 20 });
    await server.start();
    const databaseUrl = `postgres://postgres@${server.getServerConn()}/postgres`;
    return {
      location: { databaseUrl },
      open: () => openPostgres(databaseUrl, silentLogger),
      async empty() {
        await db.exec('drop schema public cascade; create schema public');
      },
      async end() {
        await server.stop();
        await db.close();
      },
    };
  },
};

/** A database of its own on the server that the variable names, when one is to be tested on. */
const serverUrl = process.env.WILDSAGE_TEST_DATABASE_URL;
const postgresServer: TestDatabase = {
  name: 'a PostgreSQL server',
  async start() {
    const admin = new pg.Client(serverUrl);
    await admin.connect();
    const name = `wildsage_test_${randomUUID().replaceAll('-', '')}`;
    await admin.query(`create database ${name}`);
    const databaseUrl = Object.assign(new URL(serverUrl ?? ''), { pathname: `/${name}` }).href;
    return {
      location: { databaseUrl },
      open: () => openPostgres(databaseUrl, silentLogger),
      async empty() {
        const client = new pg.Client(databaseUrl);
        await client.connect();
        await client.query('drop schema public cascade; create schema public');
        await client.end();
      },
      async end() {
        await admin.query(`drop database ${name} with (force)`);
        await admin.end();
      },
    };
  },
};

export const postgresServers: readonly TestDatabase[] = serverUrl ? [postgresServer] : [];

export const testDatabases: readonly TestDatabase[] = [sqliteFile, postgres, ...postgresServers];

export interface Job {
  readonly status: 'InProgress' | 'Completed' | 'Failed';
  readonly group?: string;
  readonly note?: string;
}

/** A kind with everything that a kind can have. */
export const jobs: Kind<Job> = {
  name: 'test/job',
  arn: (scope, name) => arnOf(scope, 'test', `job/${name}`),
  status: (job) => job.status,
  parent: (job) => job.group,
  isActive: (job) => job.status === 'InProgress',
  notFound: (name) => new ServiceError('ValidationException', `There is no job ${name}.`),
  alreadyExists: (name) => new ServiceError('ResourceInUse', `There is a job ${name} already.`),
};

/** A kind with nothing that can be left out. */
export const notes: Kind<{ text: string }> = {
  name: 'test/note',
  arn: (scope, name) => arnOf(scope, 'test', `note/${name}`),
  notFound: (name) => new ServiceError('ResourceNotFound', `There is no note ${name}.`),
  alreadyExists: (name) => new ServiceError('ResourceInUse', `There is a note ${name} already.`),
};

export const here = { accountId: '123456789012', region: 'us-east-1' };
export const elsewhere = { accountId: '123456789012', region: 'eu-west-1' };
