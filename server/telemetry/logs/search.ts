import type { Database } from '../database.ts';
import { eventSize } from './events.ts';
import type {
  EventPosition,
  LogGroup,
  LogStore,
  LogStream,
  SearchPage,
  SearchPosition,
  SearchQuery,
} from './log-store.ts';
import { ReaderHeap, type ReadForward, StreamReader } from './stream-readers.ts';
import { type StreamRow, streamOf } from './streams.ts';

const PAGE_BYTES = 1024 * 1024;
const STREAMS_PER_BATCH = 64;
/** A prefix that so few streams have is looked up by name: going by time would pass over all the others. */
const FEW_STREAMS = 256;

type FetchStreams = (after: LogStream | undefined) => LogStream[];

/** Streams in order of their first event, some at a time: a page gets to few of the thousands that a group may have. */
class StreamFeed {
  readonly #fetch: FetchStreams;
  #batch: LogStream[];
  #index = 0;

  constructor(fetch: FetchStreams) {
    this.#fetch = fetch;
    this.#batch = fetch(undefined);
  }

  get next(): LogStream | undefined {
    return this.#batch[this.#index];
  }

  advance(): void {
    const passed = this.#batch[this.#index++];
    if (!passed || this.#index < this.#batch.length) return;
    this.#batch = this.#fetch(passed);
    this.#index = 0;
  }
}

export function logSearch({ sql }: Database, { readForward }: Pick<LogStore, 'readForward'>): Pick<LogStore, 'search'> {
  const streamsFrom = sql.prepare(
    `SELECT * FROM log_streams
     WHERE group_id = :group AND (first_event, id) > (:firstEvent, :id) AND first_event < :end AND last_event >= :from
       AND name >= :prefix AND name < :prefixEnd
     ORDER BY first_event, id LIMIT ${STREAMS_PER_BATCH}`,
  );
  const streamByName = sql.prepare('SELECT * FROM log_streams WHERE group_id = ? AND name = ?');
  const streamsByPrefix = sql.prepare(
    `SELECT * FROM log_streams WHERE group_id = ? AND name >= ? AND name < ? LIMIT ${FEW_STREAMS + 1}`,
  );

  const named = (group: LogGroup, names: readonly string[]): StreamRow[] =>
    [...new Set(names)]
      .map((name) => streamByName.get(group.id, name) as StreamRow | undefined)
      .filter((row) => row !== undefined);

  /** Undefined when there are many. */
  const fewNamed = (group: LogGroup, prefix: string, prefixEnd: string): StreamRow[] | undefined => {
    const rows = prefix === '' ? [] : (streamsByPrefix.all(group.id, prefix, prefixEnd) as StreamRow[]);
    return prefix !== '' && rows.length <= FEW_STREAMS ? rows : undefined;
  };

  const inOrder = (rows: readonly StreamRow[]): LogStream[] =>
    rows
      .filter((row) => row.first_event !== null)
      .map(streamOf)
      .sort((a, b) => a.firstEventAt! - b.firstEventAt! || a.id - b.id);

  const feedOf = (group: LogGroup, query: SearchQuery, from: number, end: number): StreamFeed => {
    const { streamNames, streamPrefix: prefix = '' } = query;
    const prefixEnd = `${prefix}\u{10ffff}`;
    const few = streamNames ? named(group, streamNames) : fewNamed(group, prefix, prefixEnd);
    if (few) return new StreamFeed((after) => (after ? [] : inOrder(few)));
    return new StreamFeed((after) => {
      const place = { firstEvent: after?.firstEventAt ?? -1, id: after?.id ?? 0 };
      const range = { from, end, prefix, prefixEnd };
      return (streamsFrom.all({ group: group.id, ...place, ...range }) as StreamRow[]).map(streamOf);
    });
  };

  return {
    search(group, query) {
      const from = Math.max(query.startTime ?? 0, query.after?.timestamp ?? 0);
      const end = query.endTime ?? Number.MAX_SAFE_INTEGER;
      const read: ReadForward = (stream, after, limit) => readForward(stream, after, { endTime: query.endTime }, limit);
      return merge(feedOf(group, query, from, end), query, from, read);
    },
  };
}

/** Where a stream is taken up so that exactly what comes after `after`, in (time, stream, seq) order, is left. */
function startIn(stream: LogStream, from: number, after: SearchPosition | undefined): EventPosition {
  if (!after || after.timestamp < from || stream.id > after.streamId) return { timestamp: from, seq: 0 };
  return { timestamp: from, seq: stream.id === after.streamId ? after.seq : Number.MAX_SAFE_INTEGER };
}

function merge(feed: StreamFeed, query: SearchQuery, from: number, read: ReadForward): SearchPage {
  const heap = new ReaderHeap();
  const events: SearchPage['events'] = [];
  let [bytesSeen, bytes] = [0, 0];
  let last: SearchPosition | undefined;
  for (;;) {
    // A stream is opened only when the merge gets to its first event: of thousands, few are live at one time.
    for (let stream = feed.next; stream; stream = feed.next) {
      if (heap.first && stream.firstEventAt! > heap.first.head!.timestamp) break;
      heap.push(new StreamReader(stream, startIn(stream, from, query.after), read));
      feed.advance();
    }
    const reader = heap.first;
    const event = reader?.head;
    if (!reader || !event) return { events };
    const size = eventSize(event.message);
    if (bytesSeen > query.bytesToSee || events.length >= query.limit) {
      return { events, next: last };
    }
    if (query.matches(event.message)) {
      if (bytes + size > PAGE_BYTES && events.length > 0) return { events, next: last };
      bytes += size;
      events.push({ ...event, stream: reader.stream });
    }
    bytesSeen += size;
    last = { streamId: reader.stream.id, timestamp: event.timestamp, seq: event.seq };
    reader.advance();
    heap.settleFirst();
  }
}
