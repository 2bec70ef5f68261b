import type { Scope } from '../../scope.ts';
import type { LogEvent } from '../telemetry.ts';

export interface LogGroup extends Scope {
  readonly id: number;
  readonly name: string;
  readonly class: string;
  readonly kmsKeyId?: string;
  readonly deletionProtected: boolean;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly retentionInDays?: number;
  /** UTF-8 bytes of all messages, 26 more for each event. */
  readonly storedBytes: number;
}

export interface LogStream {
  readonly id: number;
  readonly groupId: number;
  readonly name: string;
  readonly createdAt: number;
  /** Missing while nothing is in the stream. */
  readonly firstEventAt?: number;
  readonly lastEventAt?: number;
  readonly lastIngestionAt?: number;
  /** What the next event's `seq` will be. */
  readonly nextSeq: number;
}

/** The place of an event in its stream: events are ordered by time, then in the order they came. */
export interface EventPosition {
  readonly timestamp: number;
  /** From 1; rises with each event of the stream. */
  readonly seq: number;
}

export interface StoredEvent extends LogEvent, EventPosition {
  readonly ingestedAt: number;
}

export interface EventRange {
  /** Inclusive, milliseconds. */
  readonly startTime?: number;
  /** Exclusive, milliseconds. */
  readonly endTime?: number;
}

export interface SearchQuery extends EventRange {
  readonly streamNames?: readonly string[];
  readonly streamPrefix?: string;
  readonly matches: (message: string) => boolean;
  /** Events up to and including this one were answered before. */
  readonly after?: SearchPosition;
  readonly limit: number;
  /** The page ends after it has looked at this many bytes of events, whatever it found. */
  readonly bytesToSee: number;
}

export interface SearchPosition extends EventPosition {
  readonly streamId: number;
}

export interface SearchPage {
  readonly events: (StoredEvent & { readonly stream: LogStream })[];
  /** Where the next page goes on; missing when all has been searched. A page may be empty and still have one. */
  readonly next?: SearchPosition;
}

export interface LogStore {
  /** False when it is there already. */
  createGroup(
    scope: Scope,
    name: string,
    options?: { class?: string; kmsKeyId?: string; deletionProtected?: boolean },
  ): boolean;
  group(scope: Scope, name: string): LogGroup | undefined;
  /** In order of name, those after `after`. `contains` is case-sensitive. */
  groups(
    scope: Scope,
    query: { prefix?: string; contains?: string; class?: string; after?: string; limit: number },
  ): LogGroup[];
  setRetention(group: LogGroup, days: number | undefined): void;
  setDeletionProtection(group: LogGroup, isProtected: boolean): void;
  /** Takes the group and its streams away at once; the events' space comes back bit by bit. */
  deleteGroup(group: LogGroup): void;

  /** False when it is there already. */
  createStream(group: LogGroup, name: string): boolean;
  stream(group: LogGroup, name: string): LogStream | undefined;
  streams(
    group: LogGroup,
    query: {
      prefix?: string;
      orderBy: 'name' | 'lastEvent';
      descending: boolean;
      /** The last stream of the page before. */
      after?: { name: string; lastEventAt: number };
      limit: number;
    },
  ): LogStream[];
  deleteStream(stream: LogStream): void;

  append(stream: LogStream, events: readonly LogEvent[]): void;
  /** At most `limit` events and about a megabyte, but at least one event if there is any; oldest first. */
  readForward(stream: LogStream, after: EventPosition, range: EventRange, limit: number): StoredEvent[];
  /** The events just before a position, bounded in the same way; oldest first. */
  readBackward(stream: LogStream, before: EventPosition, range: EventRange, limit: number): StoredEvent[];
  /** Events of a group's streams, interleaved by time. */
  search(group: LogGroup, query: SearchQuery): SearchPage;
}
