import type {
  CreateLogStreamCommandInput,
  CreateLogStreamCommandOutput,
  DeleteLogStreamCommandInput,
  DeleteLogStreamCommandOutput,
  DescribeLogStreamsCommandInput,
  DescribeLogStreamsCommandOutput,
  LogStream as LogStreamDescription,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { LogGroup, LogStream } from '../../../telemetry/logs/log-store.ts';
import { pageToken, positionOf } from '../../../telemetry/page-token.ts';
import { existingGroup, existingStream, groupNameOf, permissionOn, streamArn } from '../arns.ts';
import { invalidParameter, invalidToken, streamExists } from '../errors.ts';
import { sequenceToken } from '../positions.ts';

export const createLogStream = ({
  telemetry: { logs },
}: Platform): Operation<CreateLogStreamCommandInput, CreateLogStreamCommandOutput> => ({
  permissions: (input, context) => [permissionOn('CreateLogStream', context, input.logGroupName, input.logStreamName)],
  handle(input, context) {
    const group = existingGroup(logs, context, input.logGroupName!);
    if (!logs.createStream(group, input.logStreamName!)) throw streamExists();
    return {};
  },
});

export const deleteLogStream = ({
  telemetry: { logs },
}: Platform): Operation<DeleteLogStreamCommandInput, DeleteLogStreamCommandOutput> => ({
  permissions: (input, context) => [permissionOn('DeleteLogStream', context, input.logGroupName, input.logStreamName)],
  handle(input, context) {
    const group = existingGroup(logs, context, input.logGroupName!);
    logs.deleteStream(existingStream(logs, group, input.logStreamName!));
    return {};
  },
});

const descriptionOf = (group: LogGroup, stream: LogStream): LogStreamDescription => ({
  logStreamName: stream.name,
  creationTime: stream.createdAt,
  firstEventTimestamp: stream.firstEventAt,
  lastEventTimestamp: stream.lastEventAt,
  lastIngestionTime: stream.lastIngestionAt,
  uploadSequenceToken: stream.nextSeq > 1 ? sequenceToken(stream.nextSeq) : undefined,
  arn: streamArn(group, group.name, stream.name),
  // CloudWatch stopped counting for streams: it is always 0 there.
  storedBytes: 0,
});

interface Position {
  readonly name: string;
  readonly lastEventAt: number;
}

export const describeLogStreams = ({
  telemetry: { logs },
}: Platform): Operation<DescribeLogStreamsCommandInput, DescribeLogStreamsCommandOutput> => ({
  permissions: (input, context) => [permissionOn('DescribeLogStreams', context, groupNameOf(input, context))],
  handle(input, context) {
    const { logStreamNamePrefix: prefix, orderBy = 'LogStreamName', descending = false, limit = 50 } = input;
    if (orderBy === 'LastEventTime' && prefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const group = existingGroup(logs, context, groupNameOf(input, context));
    const request = ['DescribeLogStreams', group.id, prefix, orderBy, descending];
    const after = input.nextToken === undefined ? undefined : positionOf<Position>(request, input.nextToken);
    if (input.nextToken !== undefined && after === undefined) throw invalidToken();
    const found = logs.streams(group, {
      prefix,
      orderBy: orderBy === 'LogStreamName' ? 'name' : 'lastEvent',
      descending,
      after,
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const position: Position | undefined = last && { name: last.name, lastEventAt: last.lastEventAt ?? 0 };
    return {
      logStreams: page.map((stream) => descriptionOf(group, stream)),
      nextToken: found.length > limit ? pageToken(request, position) : undefined,
    };
  },
});
