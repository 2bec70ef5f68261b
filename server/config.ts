import { join } from 'node:path';

/** Settings of one running platform. */
export interface Config {
  /** Where everything is kept: state, objects, logs, workloads. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  readonly accountId?: string;
  /** The region that `wildsage env` names; requests may name any. */
  readonly region: string;
  /** A temporary home, gone afterwards, and `POST /_/reset` allowed. */
  readonly ephemeral: boolean;
  /** PostgreSQL for resources instead of SQLite. */
  readonly databaseUrl?: string;
  /** Fixed root credentials (CI), instead of random ones. */
  readonly rootCredentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Runtime environments, shared by all homes. */
  readonly cache: string;
}

/** The layout of a home. Each floor keeps to its own file or folder. */
export const paths = (home: string) => ({
  resources: join(home, 'resources.sqlite'),
  telemetry: join(home, 'telemetry.sqlite'),
  objects: join(home, 'objects'),
  workloads: join(home, 'workloads'),
  credentials: join(home, 'credentials.json'),
  authority: join(home, 'authority'),
  lock: join(home, 'server.json'),
  serverLog: join(home, 'server.log'),
});
