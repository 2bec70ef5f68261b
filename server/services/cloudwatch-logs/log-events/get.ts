import type { GetLogEventsCommandInput, GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { StoredEvent } from '../../../telemetry/logs/log-store.ts';
import { existingGroup, existingStream, groupNameOf, permissionOn } from '../arns.ts';
import { positionIn, type ReadPosition, readToken } from '../positions.ts';
import { checkTimeRange } from './time-range.ts';

const MAX_EVENTS = 10_000;

/** Where a request without a token begins: before all events, or behind them. */
const firstPosition = (startFromHead: boolean): ReadPosition =>
  startFromHead
    ? { direction: 'forward', timestamp: 0, seq: 0 }
    : { direction: 'backward', timestamp: Number.MAX_SAFE_INTEGER, seq: 0 };

/**
 * The positions around a page. Both tokens are always given, for a stream may grow at its end: at the end, the one that
 * the request came with comes back, which tells clients that there is no more for now.
 */
function around(page: readonly StoredEvent[], asked: ReadPosition): { before: ReadPosition; after: ReadPosition } {
  const [first, last] = [page[0], page.at(-1)];
  if (first && last) {
    return {
      before: { direction: 'backward', timestamp: first.timestamp, seq: first.seq },
      after: { direction: 'forward', timestamp: last.timestamp, seq: last.seq },
    };
  }
  const { timestamp, seq } = asked;
  if (asked.direction === 'forward') {
    return { before: { direction: 'backward', timestamp, seq: seq + 1 }, after: asked };
  }
  // Nothing is there before "behind all": what comes from now on comes after the beginning.
  const start = timestamp === Number.MAX_SAFE_INTEGER ? { timestamp: 0, seq: 0 } : { timestamp, seq };
  return {
    before: { direction: 'backward', ...start },
    after: { direction: 'forward', timestamp: start.timestamp, seq: Math.max(start.seq - 1, 0) },
  };
}

export const getLogEvents = ({
  telemetry: { logs },
}: Platform): Operation<GetLogEventsCommandInput, GetLogEventsCommandOutput> => ({
  permissions: (input, context) => [
    permissionOn('GetLogEvents', context, groupNameOf(input, context), input.logStreamName),
  ],
  handle(input, context) {
    const { startTime, endTime, nextToken, startFromHead = false, limit = MAX_EVENTS } = input;
    checkTimeRange(startTime, endTime);
    const group = existingGroup(logs, context, groupNameOf(input, context));
    const stream = existingStream(logs, group, input.logStreamName!);
    const asked = nextToken === undefined ? firstPosition(startFromHead) : positionIn(nextToken, stream.id);
    const read = asked.direction === 'forward' ? logs.readForward : logs.readBackward;
    const page = read(stream, asked, { startTime, endTime }, limit);
    const { before, after } = around(page, asked);
    return {
      events: page.map(({ timestamp, message, ingestedAt }) => ({ timestamp, message, ingestionTime: ingestedAt })),
      nextForwardToken: readToken(stream.id, after),
      nextBackwardToken: readToken(stream.id, before),
    };
  },
});
