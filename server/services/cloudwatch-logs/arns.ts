import type { Permission } from '../../operations.ts';
import { arnOf, type Scope } from '../../scope.ts';
import type { LogGroup, LogStore, LogStream } from '../../telemetry/logs/log-store.ts';
import { groupNotFound, invalidParameter, streamNotFound } from './errors.ts';

/** Without the `:*` that older operations put behind it. */
export const groupArn = (scope: Scope, name: string): string => arnOf(scope, 'logs', `log-group:${name}`);

export const streamArn = (scope: Scope, group: string, stream: string): string =>
  `${groupArn(scope, group)}:log-stream:${stream}`;

/** The name in a log group's ARN of this scope, with or without `:*`; undefined for any other text. */
export function groupNameIn(arn: string, scope: Scope): string | undefined {
  const prefix = groupArn(scope, '');
  if (!arn.startsWith(prefix)) return undefined;
  const name = arn.slice(prefix.length).replace(/:\*$/, '');
  return name === '' || name.includes(':') ? undefined : name;
}

interface GroupReference {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
}

/** The group's name from operations that take a name, or a name or ARN. */
export function groupNameOf({ logGroupName, logGroupIdentifier }: GroupReference, scope: Scope): string {
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw invalidParameter('LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  }
  const reference = logGroupName ?? logGroupIdentifier;
  if (reference === undefined) throw invalidParameter('Either LogGroup name or LogGroup identifier must be specified.');
  if (!reference.startsWith('arn:')) return reference;
  const name = groupNameIn(reference, scope);
  if (name === undefined) throw groupNotFound();
  return name;
}

export function existingGroup(logs: LogStore, scope: Scope, name: string): LogGroup {
  const group = logs.group(scope, name);
  if (!group) throw groupNotFound();
  return group;
}

export function existingStream(logs: LogStore, group: LogGroup, name: string): LogStream {
  const stream = logs.stream(group, name);
  if (!stream) throw streamNotFound();
  return stream;
}

/**
 * What CloudWatch Logs checks: even for what touches only a group, the ARN goes on to the stream, which is why policies
 * have to say `log-group:NAME:*`. Without a name, no certain group is meant.
 */
export const permissionOn = (action: string, scope: Scope, group = '', stream = ''): Permission => ({
  action: `logs:${action}`,
  resource: streamArn(scope, group, stream),
});
