import { setImmediate as othersTurn } from 'node:timers/promises';
import type { FilterLogEventsCommandInput, FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { eventSize } from '../../../telemetry/logs/events.ts';
import type { LogGroup, LogStore, SearchPage, SearchPosition, SearchQuery } from '../../../telemetry/logs/log-store.ts';
import { pageToken, positionOf } from '../../../telemetry/page-token.ts';
import { existingGroup, existingStream, groupNameOf, permissionOn } from '../arns.ts';
import { invalidParameter, invalidToken } from '../errors.ts';
import { eventId } from '../positions.ts';
import { compileFilterPattern } from './filter-pattern/index.ts';
import { checkTimeRange } from './time-range.ts';

const MAX_EVENTS = 10_000;
const PAGE_BYTES = 1024 * 1024;
/** Looked at without a break, and for one page: a rare term makes pages that are empty, but come soon. */
const SLICE_BYTES = 512 * 1024;
const SLICES_PER_PAGE = 24;

export const filterLogEvents = ({
  telemetry: { logs },
}: Platform): Operation<FilterLogEventsCommandInput, FilterLogEventsCommandOutput> => ({
  permissions: (input, context) => [permissionOn('FilterLogEvents', context, groupNameOf(input, context))],
  async handle(input, context) {
    const { logStreamNames: streamNames, logStreamNamePrefix: streamPrefix, startTime, endTime } = input;
    if (streamNames && streamPrefix !== undefined) {
      throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
    }
    checkTimeRange(startTime, endTime);
    const matches = compileFilterPattern(input.filterPattern ?? '');
    const group = existingGroup(logs, context, groupNameOf(input, context));
    for (const name of streamNames ?? []) existingStream(logs, group, name);
    const request = [
      ...['FilterLogEvents', group.id, streamNames, streamPrefix],
      ...[startTime, endTime, input.filterPattern ?? ''],
    ];
    const after = input.nextToken === undefined ? undefined : positionOf<SearchPosition>(request, input.nextToken);
    if (input.nextToken !== undefined && after === undefined) throw invalidToken();
    const query = { streamNames, streamPrefix, startTime, endTime, matches, after };
    const { events, next } = await searchInSlices(logs, group, query, input.limit ?? MAX_EVENTS, context.signal);
    return {
      events: events.map((event) => ({
        logStreamName: event.stream.name,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestedAt,
        eventId: eventId({ streamId: event.stream.id, timestamp: event.timestamp, seq: event.seq }),
      })),
      // CloudWatch has left this empty since 2020.
      searchedLogStreams: [],
      nextToken: next && pageToken(request, next),
    };
  },
});

/** Fills a page from slices of the search, between which other requests get their turn. */
async function searchInSlices(
  logs: LogStore,
  group: LogGroup,
  query: Omit<SearchQuery, 'limit' | 'bytesToSee'>,
  limit: number,
  signal: AbortSignal,
): Promise<SearchPage> {
  const events: SearchPage['events'] = [];
  let bytes = 0;
  let { after } = query;
  for (let slice = 0; slice < SLICES_PER_PAGE; slice++) {
    const found = logs.search(group, { ...query, after, limit: limit - events.length, bytesToSee: SLICE_BYTES });
    for (const event of found.events) {
      const size = eventSize(event.message);
      if (bytes + size > PAGE_BYTES && events.length > 0) return { events, next: after };
      events.push(event);
      bytes += size;
      after = { streamId: event.stream.id, timestamp: event.timestamp, seq: event.seq };
    }
    if (!found.next) return { events };
    after = found.next;
    if (events.length >= limit || signal.aborted) break;
    await othersTurn();
  }
  return { events, next: after };
}
