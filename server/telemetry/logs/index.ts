import type { Clock } from '../../clock.ts';
import type { Database } from '../database.ts';
import type { LogEvent } from '../telemetry.ts';
import { logEvents } from './events.ts';
import { logGroups } from './groups.ts';
import type { LogStore, LogStream } from './log-store.ts';
import { logSearch } from './search.ts';
import { logStreams } from './streams.ts';

export interface LogTables extends LogStore {
  /** `append` as part of a transaction that the caller has opened. */
  appendWithin(stream: LogStream, events: readonly LogEvent[]): void;
}

export function openLogs(database: Database, clock: Clock): LogTables {
  const events = logEvents(database, clock);
  return {
    ...logGroups(database, clock),
    ...logStreams(database, clock),
    ...logSearch(database, events),
    ...events,
    append: (stream, batch) => database.transaction(() => events.appendWithin(stream, batch)),
  };
}
