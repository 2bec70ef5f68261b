import type { Clock } from '../../clock.ts';
import type { Scope } from '../../scope.ts';
import type { Database } from '../database.ts';
import type { LogGroup, LogStore } from './log-store.ts';

type Row = Record<string, string | number | null>;

const groupOf = (row: Row): LogGroup => ({
  id: row.id as number,
  accountId: row.account as string,
  region: row.region as string,
  name: row.name as string,
  class: row.class as string,
  kmsKeyId: (row.kms_key as string | null) ?? undefined,
  deletionProtected: row.delete_protected === 1,
  createdAt: row.created as number,
  retentionInDays: (row.retention_days as number | null) ?? undefined,
  storedBytes: row.stored_bytes as number,
});

type GroupPart = Pick<
  LogStore,
  'createGroup' | 'group' | 'groups' | 'setRetention' | 'setDeletionProtection' | 'deleteGroup'
>;

export function logGroups({ sql, transaction }: Database, clock: Clock): GroupPart {
  const insert = sql.prepare(
    `INSERT INTO log_groups (account, region, name, class, kms_key, delete_protected, created)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const select = sql.prepare('SELECT * FROM log_groups WHERE account = ? AND region = ? AND name = ?');
  const list = sql.prepare(
    `SELECT * FROM log_groups
     WHERE account = :account AND region = :region AND name > :after AND name >= :prefix AND name < :prefixEnd
       AND instr(name, :contains) > 0 AND class LIKE :class
     ORDER BY name LIMIT :limit`,
  );
  const retain = sql.prepare('UPDATE log_groups SET retention_days = ? WHERE id = ?');
  const protect = sql.prepare('UPDATE log_groups SET delete_protected = ? WHERE id = ?');
  const dropStreams = sql.prepare('INSERT INTO dropped_log_streams SELECT id FROM log_streams WHERE group_id = ?');
  const deleteStreams = sql.prepare('DELETE FROM log_streams WHERE group_id = ?');
  const remove = sql.prepare('DELETE FROM log_groups WHERE id = ?');

  return {
    createGroup(scope: Scope, name, options = {}) {
      const { class: kind = 'STANDARD', kmsKeyId = null, deletionProtected = false } = options;
      const now = clock.now().getTime();
      const values = [scope.accountId, scope.region, name, kind, kmsKeyId, Number(deletionProtected), now];
      return transaction(() => insert.run(...values).changes === 1);
    },
    group(scope, name) {
      const row = select.get(scope.accountId, scope.region, name) as Row | undefined;
      return row && groupOf(row);
    },
    groups(scope, { prefix = '', contains = '', class: kind = '%', after = '', limit }) {
      const rows = list.all({
        account: scope.accountId,
        region: scope.region,
        after,
        prefix,
        prefixEnd: `${prefix}\u{10ffff}`,
        // instr() of an empty string is 1, so that no filter matches all.
        contains,
        class: kind,
        limit,
      }) as Row[];
      return rows.map(groupOf);
    },
    setRetention(group, days) {
      transaction(() => retain.run(days ?? null, group.id));
    },
    setDeletionProtection(group, isProtected) {
      transaction(() => protect.run(Number(isProtected), group.id));
    },
    deleteGroup(group) {
      transaction(() => {
        dropStreams.run(group.id);
        deleteStreams.run(group.id);
        remove.run(group.id);
      });
    },
  };
}
