import type {
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  ListLogGroupsCommandInput,
  ListLogGroupsCommandOutput,
  LogGroupClass,
  LogGroup as LogGroupDescription,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Scope } from '../../../scope.ts';
import type { LogGroup, LogStore } from '../../../telemetry/logs/log-store.ts';
import { pageToken, positionOf } from '../../../telemetry/page-token.ts';
import { groupArn, groupNameOf, permissionOn } from '../arns.ts';
import { invalidParameter, invalidToken } from '../errors.ts';

const GROUPS_PER_LOOK = 1000;

const descriptionOf = (group: LogGroup): LogGroupDescription => ({
  logGroupName: group.name,
  creationTime: group.createdAt,
  retentionInDays: group.retentionInDays,
  metricFilterCount: 0,
  arn: `${groupArn(group, group.name)}:*`,
  logGroupArn: groupArn(group, group.name),
  storedBytes: group.storedBytes,
  kmsKeyId: group.kmsKeyId,
  logGroupClass: group.class as LogGroupClass,
  deletionProtectionEnabled: group.deletionProtected || undefined,
});

/** Turns `limit + 1` found groups into a page and the token for the next. */
function paged<T>(request: unknown, found: LogGroup[], limit: number, describe: (group: LogGroup) => T) {
  const page = found.slice(0, limit);
  const nextToken = found.length > limit ? pageToken(request, page.at(-1)!.name) : undefined;
  return { logGroups: page.map(describe), nextToken };
}

function startAfter(request: unknown, token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const position = positionOf<string>(request, token);
  if (typeof position !== 'string') throw invalidToken();
  return position;
}

export const describeLogGroups = ({
  telemetry: { logs },
}: Platform): Operation<DescribeLogGroupsCommandInput, DescribeLogGroupsCommandOutput> => ({
  permissions: (_, context) => [permissionOn('DescribeLogGroups', context)],
  handle(input, context) {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: contains, logGroupClass, limit = 50 } = input;
    if (prefix !== undefined && contains !== undefined) {
      throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    }
    if (input.logGroupIdentifiers) {
      return { logGroups: groupsOf(logs, context, input.logGroupIdentifiers).map(descriptionOf) };
    }
    const request = ['DescribeLogGroups', context.accountId, context.region, prefix, contains, logGroupClass];
    const after = startAfter(request, input.nextToken);
    const found = logs.groups(context, { prefix, contains, class: logGroupClass, after, limit: limit + 1 });
    return paged(request, found, limit, descriptionOf);
  },
});

const groupsOf = (logs: LogStore, scope: Scope, identifiers: readonly string[]): LogGroup[] =>
  identifiers
    .map((logGroupIdentifier) => logs.group(scope, groupNameOf({ logGroupIdentifier }, scope)))
    .filter((group) => group !== undefined);

export const listLogGroups = ({
  telemetry: { logs },
}: Platform): Operation<ListLogGroupsCommandInput, ListLogGroupsCommandOutput> => ({
  permissions: (_, context) => [permissionOn('ListLogGroups', context)],
  handle(input, context) {
    const { logGroupNamePattern, logGroupClass, limit = 50 } = input;
    if (input.dataSources || input.fieldIndexNames || input.logGroupTags) {
      throw invalidParameter('dataSources, fieldIndexNames and logGroupTags are not supported as filters.');
    }
    const request = ['ListLogGroups', context.accountId, context.region, logGroupNamePattern, logGroupClass];
    const matches = nameMatcher(logGroupNamePattern);
    const found: LogGroup[] = [];
    let after = startAfter(request, input.nextToken);
    for (;;) {
      const groups = logs.groups(context, { class: logGroupClass, after, limit: GROUPS_PER_LOOK });
      found.push(...groups.filter((group) => matches(group.name)));
      after = groups.at(-1)?.name;
      if (found.length > limit || groups.length < GROUPS_PER_LOOK) break;
    }
    return paged(request, found, limit, (group) => ({
      logGroupName: group.name,
      logGroupArn: groupArn(group, group.name),
      logGroupClass: group.class as LogGroupClass,
    }));
  },
});

/** The pattern is a little language of its own: alternatives by `|`, each a part of the name, or with `^` its beginning. */
function nameMatcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const alternatives = pattern.split('|');
  return (name) =>
    alternatives.some((part) => (part.startsWith('^') ? name.startsWith(part.slice(1)) : name.includes(part)));
}
