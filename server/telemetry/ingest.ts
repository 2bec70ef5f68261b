import type { Logger } from '../logger.ts';
import type { Scope } from '../scope.ts';
import type { Database } from './database.ts';
import type { LogTables } from './logs/index.ts';
import type { LogGroup, LogStream } from './logs/log-store.ts';
import { metricsIn } from './metric-filters.ts';
import type { MetricTables } from './metrics/index.ts';
import type { LogEvent, MetricFilter, Telemetry } from './telemetry.ts';

/** CloudWatch's limit for an event is a megabyte with overhead; a longer line becomes several events. */
const MAX_MESSAGE_LENGTH = 256 * 1024;

/** What the platform itself writes and reads: the lines of workloads. */
export function ingestion(
  database: Database,
  logs: LogTables,
  metrics: MetricTables,
  log: Logger,
): Pick<Telemetry, 'ingest' | 'cursor' | 'tail'> {
  const cursorOf = database.sql.prepare('SELECT cursor FROM log_streams WHERE id = ?');
  const moveCursor = database.sql.prepare('UPDATE log_streams SET cursor = ? WHERE id = ?');
  const storedCursor = (stream: LogStream) => (cursorOf.get(stream.id) as { cursor: number }).cursor;
  const warned = new Set<string>();
  const warnOnce = (filter: MetricFilter, error: Error): void => {
    if (warned.has(filter.regex)) return;
    warned.add(filter.regex);
    log.warn('metric definition ignored', { metric: filter.name, reason: error.message });
  };
  const find = (scope: Scope, group: string, stream: string): LogStream | undefined => {
    const found = logs.group(scope, group);
    return found && logs.stream(found, stream);
  };

  return {
    async ingest(scope, group, stream, events, options = {}) {
      database.transaction(() => {
        const target = streamFor(logs, scope, group, stream);
        const { cursor, metrics: wanted } = options;
        if (cursor !== undefined && cursor <= storedCursor(target)) return;
        const lines = inOrder(events, target.lastEventAt ?? 0);
        logs.appendWithin(target, lines);
        if (cursor !== undefined) moveCursor.run(cursor, target.id);
        if (!wanted || wanted.filters.length === 0) return;
        const { dimensions, namespace } = wanted;
        const found = metricsIn(lines, wanted.filters, warnOnce);
        metrics.putWithin(
          scope,
          namespace,
          // By the second, for a job may be over before its first minute is.
          found.map((metric) => ({ ...metric, dimensions, storageResolution: 1 })),
        );
      });
    },
    async cursor(scope, group, stream) {
      const found = find(scope, group, stream);
      return found ? storedCursor(found) : 0;
    },
    async tail(scope, group, stream, count) {
      const found = find(scope, group, stream);
      if (!found) return [];
      const end = { timestamp: Number.MAX_SAFE_INTEGER, seq: 0 };
      return logs.readBackward(found, end, {}, count).map(({ timestamp, message }) => ({ timestamp, message }));
    },
  };
}

function streamFor(logs: LogTables, scope: Scope, groupName: string, streamName: string): LogStream {
  let group: LogGroup | undefined = logs.group(scope, groupName);
  if (!group) {
    logs.createGroup(scope, groupName);
    group = logs.group(scope, groupName)!;
  }
  const stream = logs.stream(group, streamName);
  if (stream) return stream;
  logs.createStream(group, streamName);
  return logs.stream(group, streamName)!;
}

/**
 * Lines as events: never earlier than what the stream has, even if the machine's clock was set back, since readers
 * that follow the stream would miss them. Empty lines make no event, as CloudWatch takes none.
 */
function inOrder(events: readonly LogEvent[], notBefore: number): LogEvent[] {
  const result: LogEvent[] = [];
  let latest = notBefore;
  for (const { timestamp, message } of events) {
    if (message === '') continue;
    if (timestamp > latest) latest = timestamp;
    if (message.length <= MAX_MESSAGE_LENGTH) {
      result.push({ timestamp: latest, message });
      continue;
    }
    for (let at = 0; at < message.length; at += MAX_MESSAGE_LENGTH) {
      result.push({ timestamp: latest, message: message.slice(at, at + MAX_MESSAGE_LENGTH) });
    }
  }
  return result;
}
