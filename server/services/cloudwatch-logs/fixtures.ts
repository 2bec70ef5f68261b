import { afterEach, beforeEach } from 'node:test';
import type * as Sdk from '@aws-sdk/client-cloudwatch-logs';
import { silentLogger } from '../../logger.ts';
import type { Operation, RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';
import { openResourceStore } from '../../resources/index.ts';
import type { ResourceStore } from '../../resources/resource-store.ts';
import { openTelemetry, type TelemetryStore } from '../../telemetry/index.ts';
import { cloudwatchLogsFeatures } from './index.ts';

export const NOW = Date.UTC(2026, 0, 15, 12);
export const HOUR = 60 * 60 * 1000;
export const GROUP = '/aws/sagemaker/TrainingJobs';
export const STREAM = 'job/algo-1-1700000000';

const clock = { now: () => new Date(NOW) };

export const context = {
  accountId: '111122223333',
  region: 'us-east-1',
  now: clock.now(),
  signal: new AbortController().signal,
} as RequestContext;

let telemetry: TelemetryStore;
let resources: ResourceStore;
let operations: Record<string, Operation>;

/** For tests: real floors in memory, fresh for each test of the file that calls this. */
export function useFreshLogs(): void {
  beforeEach(async () => {
    telemetry = await openTelemetry({ path: ':memory:', clock, log: silentLogger });
    resources = await openResourceStore({ path: ':memory:' }, { clock, log: silentLogger });
    const platform = { telemetry, resources, clock } as unknown as Platform;
    operations = Object.assign({}, ...cloudwatchLogsFeatures(platform).map((feature) => feature.operations));
  });
  afterEach(async () => {
    await telemetry.close();
    await resources.close();
  });
}

export const telemetryOfTest = (): TelemetryStore => telemetry;

export const permissionsOf = (operation: string, input: object) => operations[operation]!.permissions!(input, context);

/** The operation's answer, as the gateway would get it. */
export const call = async <T>(operation: string, input: object, as: RequestContext = context): Promise<T> =>
  (await operations[operation]!.handle(input, as)) as T;

/** One event a millisecond. */
export const put = (messages: readonly string[], at = NOW, stream = STREAM) =>
  call<Sdk.PutLogEventsCommandOutput>('PutLogEvents', {
    logGroupName: GROUP,
    logStreamName: stream,
    logEvents: messages.map((message, index) => ({ timestamp: at + index, message })),
  });

export const get = (more: Partial<Sdk.GetLogEventsCommandInput> = {}) =>
  call<Sdk.GetLogEventsCommandOutput>('GetLogEvents', { logGroupName: GROUP, logStreamName: STREAM, ...more });

export const texts = (page: { events?: { message?: string }[] }) => page.events!.map((event) => event.message);

export const withStreams = async (...streams: string[]): Promise<void> => {
  await call('CreateLogGroup', { logGroupName: GROUP });
  for (const logStreamName of streams) await call('CreateLogStream', { logGroupName: GROUP, logStreamName });
};

export const notFound = (what: string) => ({
  code: 'ResourceNotFoundException',
  message: `The specified log ${what} does not exist.`,
});
