import type { Clock } from '../clock.ts';
import { checkBucketName } from './bucket-name.ts';
import type { Database } from './database.ts';
import { bucketAlreadyExists, bucketAlreadyOwnedByYou, bucketNotEmpty, noSuchBucket } from './errors.ts';
import type { BucketInfo } from './object-store.ts';

export type Versioning = 'Enabled' | 'Suspended';

export interface Bucket extends BucketInfo {
  readonly id: number;
  /** Missing: versioning was never switched on. */
  readonly versioning?: Versioning;
}

interface BucketRow {
  id: number;
  name: string;
  account_id: string;
  region: string;
  created_at: number;
  versioning: Versioning | null;
  policy: string | null;
}

const bucketOf = (row: BucketRow): Bucket => ({
  id: row.id,
  name: row.name,
  accountId: row.account_id,
  region: row.region,
  createdAt: new Date(row.created_at),
  versioning: row.versioning ?? undefined,
  policy: row.policy ?? undefined,
});

/** The one setting that the floor itself knows by name: it goes with every look at a bucket. */
export const POLICY = 'policy';

const COLUMNS = `b.*, (SELECT document FROM setting WHERE bucket = b.id AND name = '${POLICY}') AS policy`;

/** Buckets and their settings. Names are unique over all accounts, as on AWS. */
export const bucketTable = ({ sql, commit }: Database, clock: Clock) => {
  const byName = sql.prepare(`SELECT ${COLUMNS} FROM bucket b WHERE name = ?`);
  const ofAccount = sql.prepare(
    `SELECT ${COLUMNS} FROM bucket b WHERE account_id = ? AND name >= ? AND name > ? ORDER BY name`,
  );
  const insert = sql.prepare('INSERT INTO bucket (name, account_id, region, created_at) VALUES (?, ?, ?, ?)');
  const remove = sql.prepare('DELETE FROM bucket WHERE id = ?');
  const removeSettings = sql.prepare('DELETE FROM setting WHERE bucket = ?');
  const removeUploads = sql.prepare('DELETE FROM upload WHERE bucket = ?');
  const anyVersion = sql.prepare('SELECT 1 FROM version WHERE bucket = ? LIMIT 1');
  const setVersioning = sql.prepare('UPDATE bucket SET versioning = ? WHERE id = ?');
  const readSetting = sql.prepare('SELECT document FROM setting WHERE bucket = ? AND name = ?');
  const writeSetting = sql.prepare('INSERT OR REPLACE INTO setting (bucket, name, document) VALUES (?, ?, ?)');
  const removeSetting = sql.prepare('DELETE FROM setting WHERE bucket = ? AND name = ?');

  const find = (name: string): Bucket | undefined => {
    const row = byName.get(name) as BucketRow | undefined;
    return row && bucketOf(row);
  };
  const get = (name: string): Bucket => {
    const bucket = find(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  };

  return {
    find,
    /** Throws NoSuchBucket. */
    get,
    /**
     * `settings` are there from the first moment. Throws InvalidBucketName, BucketAlreadyOwnedByYou, or
     * BucketAlreadyExists when it is somebody else's.
     */
    async create(
      name: string,
      owner: { readonly accountId: string; readonly region: string },
      settings: Readonly<Record<string, string>> = {},
    ): Promise<Bucket> {
      checkBucketName(name);
      return commit(() => {
        const before = find(name);
        if (before) {
          throw before.accountId === owner.accountId ? bucketAlreadyOwnedByYou(name) : bucketAlreadyExists(name);
        }
        insert.run(name, owner.accountId, owner.region, clock.now().getTime());
        const bucket = get(name);
        for (const [setting, document] of Object.entries(settings)) writeSetting.run(bucket.id, setting, document);
        return bucket;
      });
    },
    /** With its settings and unfinished uploads. Throws NoSuchBucket, BucketNotEmpty. */
    delete: (name: string): Promise<void> =>
      commit(() => {
        const { id } = get(name);
        if (anyVersion.get(id)) throw bucketNotEmpty(name);
        removeUploads.run(id);
        removeSettings.run(id);
        remove.run(id);
      }),
    /** An account's buckets in the order of their names, from after `after`. */
    *ofAccount(
      accountId: string,
      { prefix = '', after = '' }: { prefix?: string; after?: string } = {},
    ): Generator<Bucket> {
      for (const row of ofAccount.iterate(accountId, prefix, after)) {
        const bucket = bucketOf(row as unknown as BucketRow);
        if (!bucket.name.startsWith(prefix)) return;
        yield bucket;
      }
    },
    setVersioning: (name: string, versioning: Versioning): Promise<void> =>
      commit(() => void setVersioning.run(versioning, get(name).id)),
    /** A sub-resource such as `cors`, as the text it was stored as. */
    setting: (name: string, setting: string): string | undefined =>
      (readSetting.get(get(name).id, setting) as { document: string } | undefined)?.document,
    /** `undefined` takes it away. */
    putSetting: (name: string, setting: string, document: string | undefined): Promise<void> =>
      commit(() => {
        const { id } = get(name);
        if (document === undefined) removeSetting.run(id, setting);
        else writeSetting.run(id, setting, document);
      }),
  };
};

export type Buckets = ReturnType<typeof bucketTable>;
