import type { Database } from '../database.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const EVENTS_PER_STEP = 5_000;
const STREAMS_PER_STEP = 200;

/**
 * Takes away, a bounded step at a time, what retention policies no longer keep and what deleted streams have left.
 * Returns whether there is more to do. Each step is a transaction of its own, so that nothing waits long for it.
 */
export function logSweep({ sql, transaction }: Database): (now: number) => boolean {
  const dropped = sql.prepare('SELECT id FROM dropped_log_streams LIMIT 1');
  const forget = sql.prepare('DELETE FROM dropped_log_streams WHERE id = ?');
  const boundary = sql.prepare(
    'SELECT time, seq FROM log_events WHERE stream = ? AND time < ? ORDER BY time, seq LIMIT 1 OFFSET ?',
  );
  const size = sql.prepare(
    `SELECT coalesce(sum(octet_length(message) + 26), 0) AS bytes FROM log_events
     WHERE stream = ? AND (time, seq) <= (?, ?)`,
  );
  const remove = sql.prepare('DELETE FROM log_events WHERE stream = ? AND (time, seq) <= (?, ?)');
  const shrink = sql.prepare(
    `UPDATE log_streams SET stored_bytes = stored_bytes - :bytes,
       first_event = (SELECT min(time) FROM log_events WHERE stream = :stream) WHERE id = :stream`,
  );
  const shrinkGroup = sql.prepare('UPDATE log_groups SET stored_bytes = stored_bytes - ? WHERE id = ?');
  const limited = sql.prepare('SELECT id, retention_days AS days FROM log_groups WHERE retention_days IS NOT NULL');
  const expired = sql.prepare(
    'SELECT id FROM log_streams WHERE group_id = ? AND first_event IS NOT NULL AND first_event < ? LIMIT ?',
  );

  /** Removes the oldest events before `cutoff`; tells the bytes and whether all such events are gone. */
  const removeOldest = (stream: number, cutoff: number) => {
    const key = boundary.get(stream, cutoff, EVENTS_PER_STEP - 1) as { time: number; seq: number } | undefined;
    const upTo = key ? [key.time, key.seq] : [cutoff - 1, Number.MAX_SAFE_INTEGER];
    const { bytes } = size.get(stream, ...upTo) as { bytes: number };
    const removed = Number(remove.run(stream, ...upTo).changes);
    return { bytes, removed, done: key === undefined };
  };

  const sweepDropped = (stream: number): void => {
    if (removeOldest(stream, Number.MAX_SAFE_INTEGER).done) forget.run(stream);
  };

  const sweepGroup = (group: { id: number; days: number }, now: number): boolean => {
    const cutoff = now - group.days * DAY_MS;
    let removed = 0;
    const streams = expired.all(group.id, cutoff, STREAMS_PER_STEP) as { id: number }[];
    for (const { id } of streams) {
      if (removed >= EVENTS_PER_STEP) return true;
      const step = removeOldest(id, cutoff);
      shrink.run({ bytes: step.bytes, stream: id });
      shrinkGroup.run(step.bytes, group.id);
      removed += step.removed;
    }
    return streams.length === STREAMS_PER_STEP || removed >= EVENTS_PER_STEP;
  };

  return (now) =>
    transaction(() => {
      const left = dropped.get() as { id: number } | undefined;
      if (left) {
        sweepDropped(left.id);
        return true;
      }
      return (limited.all() as { id: number; days: number }[]).some((group) => sweepGroup(group, now));
    });
}
