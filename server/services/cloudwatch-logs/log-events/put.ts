import type {
  InputLogEvent,
  PutLogEventsCommandInput,
  PutLogEventsCommandOutput,
  RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { eventSize } from '../../../telemetry/logs/events.ts';
import type { LogGroup } from '../../../telemetry/logs/log-store.ts';
import type { LogEvent } from '../../../telemetry/telemetry.ts';
import { existingGroup, existingStream, permissionOn } from '../arns.ts';
import { invalidParameter } from '../errors.ts';
import { sequenceToken } from '../positions.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const MAX_BYTES = 1024 * 1024;

/** Throws when the batch as a whole cannot be taken. */
function checkBatch(events: readonly LogEvent[]): void {
  let bytes = 0;
  let previous = 0;
  for (const { timestamp, message } of events) {
    const size = eventSize(message);
    if (size > MAX_BYTES) throw invalidParameter(`Log event too large: ${size} bytes exceeds limit of ${MAX_BYTES}`);
    bytes += size;
    if (timestamp < previous) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    previous = timestamp;
  }
  if (bytes > MAX_BYTES) throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BYTES}`);
}

/** Which events of a batch in order of time are taken: those from `start` up to `end`. */
function accepted(events: readonly LogEvent[], group: LogGroup, now: number) {
  const indexFrom = (time: number) => {
    const index = events.findIndex((event) => event.timestamp >= time);
    return index === -1 ? events.length : index;
  };
  const tooOld = indexFrom(now - 14 * DAY_MS);
  const expired = group.retentionInDays === undefined ? 0 : indexFrom(now - group.retentionInDays * DAY_MS);
  const tooNew = indexFrom(now + 2 * HOUR_MS + 1);
  const info: RejectedLogEventsInfo = {
    tooOldLogEventEndIndex: tooOld > 0 ? tooOld : undefined,
    expiredLogEventEndIndex: expired > 0 ? expired : undefined,
    tooNewLogEventStartIndex: tooNew < events.length ? tooNew : undefined,
  };
  const isAnyRejected = Object.values(info).some((index) => index !== undefined);
  return { start: Math.max(tooOld, expired), end: tooNew, rejected: isAnyRejected ? info : undefined };
}

export const putLogEvents = ({
  telemetry: { logs },
}: Platform): Operation<PutLogEventsCommandInput, PutLogEventsCommandOutput> => ({
  permissions: (input, context) => [permissionOn('PutLogEvents', context, input.logGroupName, input.logStreamName)],
  handle(input, context) {
    const group = existingGroup(logs, context, input.logGroupName!);
    const stream = existingStream(logs, group, input.logStreamName!);
    const events = input.logEvents!.map(({ timestamp, message }: InputLogEvent) => ({
      timestamp: timestamp!,
      message: message!,
    }));
    checkBatch(events);
    const { start, end, rejected } = accepted(events, group, context.now.getTime());
    const taken = events.slice(start, end);
    if (taken.length > 0 && taken.at(-1)!.timestamp - taken[0]!.timestamp > DAY_MS) {
      throw invalidParameter(
        'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
      );
    }
    logs.append(stream, taken);
    return {
      nextSequenceToken: sequenceToken(stream.nextSeq + taken.length),
      rejectedLogEventsInfo: rejected,
    };
  },
});
