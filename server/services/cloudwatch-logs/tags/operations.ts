import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  ListTagsLogGroupCommandInput,
  ListTagsLogGroupCommandOutput,
  TagLogGroupCommandInput,
  TagLogGroupCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
  UntagLogGroupCommandInput,
  UntagLogGroupCommandOutput,
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Scope } from '../../../scope.ts';
import type { LogGroup } from '../../../telemetry/logs/log-store.ts';
import { existingGroup, groupArn, groupNameIn, permissionOn } from '../arns.ts';
import { resourceNotFound } from '../errors.ts';
import { checkedTags, tagConditions } from '../tag-rules.ts';

type Tags = Record<string, string>;

/** What both generations of the tag operations do; they differ only in how they name the group. */
export const groupTags = ({ telemetry: { logs }, resources }: Platform) => ({
  byName: (scope: Scope, name: string): LogGroup => existingGroup(logs, scope, name),
  byArn(scope: Scope, arn: string): LogGroup {
    const name = groupNameIn(arn, scope);
    const group = name === undefined ? undefined : logs.group(scope, name);
    if (!group) throw resourceNotFound();
    return group;
  },
  async list(group: LogGroup): Promise<Tags> {
    const tags = await resources.tags(groupArn(group, group.name));
    return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
  },
  async add(group: LogGroup, tags: Tags): Promise<void> {
    const arn = groupArn(group, group.name);
    await resources.addTags(arn, checkedTags(tags, await resources.tags(arn), group.name));
  },
  remove: (group: LogGroup, keys: readonly string[]): Promise<void> =>
    resources.removeTags(groupArn(group, group.name), keys),
});

type GroupTags = ReturnType<typeof groupTags>;

export const tagResource = (groups: GroupTags): Operation<TagResourceCommandInput, TagResourceCommandOutput> => ({
  permissions: (input) => [
    { action: 'logs:TagResource', resource: input.resourceArn!, conditions: tagConditions(input.tags!) },
  ],
  async handle(input, context) {
    await groups.add(groups.byArn(context, input.resourceArn!), input.tags!);
    return {};
  },
});

export const untagResource = (groups: GroupTags): Operation<UntagResourceCommandInput, UntagResourceCommandOutput> => ({
  permissions: (input) => [
    {
      action: 'logs:UntagResource',
      resource: input.resourceArn!,
      conditions: { 'aws:TagKeys': input.tagKeys! },
    },
  ],
  async handle(input, context) {
    await groups.remove(groups.byArn(context, input.resourceArn!), input.tagKeys!);
    return {};
  },
});

export const listTagsForResource = (
  groups: GroupTags,
): Operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput> => ({
  permissions: (input) => [{ action: 'logs:ListTagsForResource', resource: input.resourceArn! }],
  handle: async (input, context) => ({ tags: await groups.list(groups.byArn(context, input.resourceArn!)) }),
});

export const tagLogGroup = (groups: GroupTags): Operation<TagLogGroupCommandInput, TagLogGroupCommandOutput> => ({
  permissions: (input, context) => [
    { ...permissionOn('TagLogGroup', context, input.logGroupName), conditions: tagConditions(input.tags!) },
  ],
  async handle(input, context) {
    await groups.add(groups.byName(context, input.logGroupName!), input.tags!);
    return {};
  },
});

export const untagLogGroup = (groups: GroupTags): Operation<UntagLogGroupCommandInput, UntagLogGroupCommandOutput> => ({
  permissions: (input, context) => [permissionOn('UntagLogGroup', context, input.logGroupName)],
  async handle(input, context) {
    await groups.remove(groups.byName(context, input.logGroupName!), input.tags!);
    return {};
  },
});

export const listTagsLogGroup = (
  groups: GroupTags,
): Operation<ListTagsLogGroupCommandInput, ListTagsLogGroupCommandOutput> => ({
  permissions: (input, context) => [permissionOn('ListTagsLogGroup', context, input.logGroupName)],
  handle: async (input, context) => ({ tags: await groups.list(groups.byName(context, input.logGroupName!)) }),
});
