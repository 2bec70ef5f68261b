import type { Clock } from '../../clock.ts';
import type { Database } from '../database.ts';
import type { LogGroup, LogStore, LogStream } from './log-store.ts';

export type StreamRow = Record<string, string | number | null>;

export const streamOf = (row: StreamRow): LogStream => ({
  id: row.id as number,
  groupId: row.group_id as number,
  name: row.name as string,
  createdAt: row.created as number,
  firstEventAt: (row.first_event as number | null) ?? undefined,
  lastEventAt: row.first_event === null ? undefined : (row.last_event as number),
  lastIngestionAt: (row.last_ingestion as number | null) ?? undefined,
  nextSeq: row.next_seq as number,
});

type StreamPart = Pick<LogStore, 'createStream' | 'stream' | 'streams' | 'deleteStream'>;
type StreamQuery = Parameters<LogStore['streams']>[1];

export function logStreams(database: Database, clock: Clock): StreamPart {
  const { sql, transaction } = database;
  const insert = sql.prepare(
    'INSERT INTO log_streams (group_id, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const select = sql.prepare('SELECT * FROM log_streams WHERE group_id = ? AND name = ?');
  const drop = sql.prepare('INSERT INTO dropped_log_streams SELECT id FROM log_streams WHERE id = ?');
  const release = sql.prepare(
    `UPDATE log_groups SET stored_bytes = stored_bytes - (SELECT stored_bytes FROM log_streams WHERE id = :stream)
     WHERE id = :group`,
  );
  const remove = sql.prepare('DELETE FROM log_streams WHERE id = ?');
  const byName = pagesByName(database);
  const byLastEvent = pagesByLastEvent(database);

  return {
    createStream: (group, name) => transaction(() => insert.run(group.id, name, clock.now().getTime()).changes === 1),
    stream(group, name) {
      const row = select.get(group.id, name) as StreamRow | undefined;
      return row && streamOf(row);
    },
    streams: (group, query) =>
      (query.orderBy === 'name' ? byName(group, query) : byLastEvent(group, query)).map(streamOf),
    deleteStream(stream) {
      transaction(() => {
        drop.run(stream.id);
        release.run({ stream: stream.id, group: stream.groupId });
        remove.run(stream.id);
      });
    },
  };
}

function pagesByName({ sql }: Database): (group: LogGroup, query: StreamQuery) => StreamRow[] {
  const within = 'group_id = :group AND name >= :prefix AND name < :prefixEnd';
  const up = sql.prepare(`SELECT * FROM log_streams WHERE ${within} AND name > :after ORDER BY name LIMIT :limit`);
  const down = sql.prepare(
    `SELECT * FROM log_streams WHERE ${within} AND (:after = '' OR name < :after) ORDER BY name DESC LIMIT :limit`,
  );
  return (group, { prefix = '', descending, after, limit }) =>
    (descending ? down : up).all({
      group: group.id,
      prefix,
      prefixEnd: `${prefix}\u{10ffff}`,
      after: after?.name ?? '',
      limit,
    }) as StreamRow[];
}

function pagesByLastEvent({ sql }: Database): (group: LogGroup, query: StreamQuery) => StreamRow[] {
  const up = sql.prepare(
    `SELECT * FROM log_streams WHERE group_id = ? AND (last_event, name) > (?, ?) ORDER BY last_event, name LIMIT ?`,
  );
  const down = sql.prepare(
    `SELECT * FROM log_streams WHERE group_id = ? AND (last_event, name) < (?, ?)
     ORDER BY last_event DESC, name DESC LIMIT ?`,
  );
  return (group, { descending, after, limit }) => {
    const start = descending ? Number.MAX_SAFE_INTEGER : -1;
    return (descending ? down : up).all(group.id, after?.lastEventAt ?? start, after?.name ?? '', limit) as StreamRow[];
  };
}
