import type {
  CreateLogGroupCommandInput,
  CreateLogGroupCommandOutput,
  DeleteLogGroupCommandInput,
  DeleteLogGroupCommandOutput,
  DeleteRetentionPolicyCommandInput,
  DeleteRetentionPolicyCommandOutput,
  PutLogGroupDeletionProtectionCommandInput,
  PutLogGroupDeletionProtectionCommandOutput,
  PutRetentionPolicyCommandInput,
  PutRetentionPolicyCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../../errors.ts';
import type { Operation, Permission } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Scope } from '../../../scope.ts';
import { existingGroup, groupArn, groupNameOf, permissionOn } from '../arns.ts';
import { groupExists, invalidParameter } from '../errors.ts';
import { checkedTags, tagConditions } from '../tag-rules.ts';

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const groupPermission =
  (action: string) =>
  ({ logGroupName }: { logGroupName?: string }, scope: Scope): Permission[] => [
    permissionOn(action, scope, logGroupName),
  ];

export const createLogGroup = ({
  telemetry: { logs },
  resources,
}: Platform): Operation<CreateLogGroupCommandInput, CreateLogGroupCommandOutput> => ({
  permissions: (input, context) => [
    permissionOn('CreateLogGroup', context, input.logGroupName),
    ...(input.tags
      ? [
          {
            action: 'logs:TagResource',
            resource: groupArn(context, input.logGroupName!),
            conditions: tagConditions(input.tags),
          },
        ]
      : []),
  ],
  async handle(input, context) {
    const name = input.logGroupName!;
    const tags = checkedTags(input.tags ?? {}, [], name);
    const created = logs.createGroup(context, name, {
      class: input.logGroupClass,
      kmsKeyId: input.kmsKeyId,
      deletionProtected: input.deletionProtectionEnabled,
    });
    if (!created) throw groupExists();
    if (tags.length > 0) await resources.addTags(groupArn(context, name), tags);
    return {};
  },
});

export const deleteLogGroup = ({
  telemetry: { logs },
  resources,
}: Platform): Operation<DeleteLogGroupCommandInput, DeleteLogGroupCommandOutput> => ({
  permissions: groupPermission('DeleteLogGroup'),
  async handle(input, context) {
    const group = existingGroup(logs, context, input.logGroupName!);
    if (group.deletionProtected) {
      throw new ServiceError(
        'ValidationException',
        'The specified log group cannot be deleted because deletion protection is enabled.',
      );
    }
    // Tags first: a crash between leaves a group that can be deleted again, not tags that a new group would inherit.
    const arn = groupArn(context, group.name);
    const tags = await resources.tags(arn);
    if (tags.length > 0) {
      await resources.removeTags(
        arn,
        tags.map((tag) => tag.Key),
      );
    }
    logs.deleteGroup(group);
    return {};
  },
});

export const putRetentionPolicy = ({
  telemetry: { logs },
}: Platform): Operation<PutRetentionPolicyCommandInput, PutRetentionPolicyCommandOutput> => ({
  permissions: groupPermission('PutRetentionPolicy'),
  handle(input, context) {
    const days = input.retentionInDays!;
    if (!RETENTION_DAYS.includes(days)) {
      throw invalidParameter(
        `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: ` +
          `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
      );
    }
    logs.setRetention(existingGroup(logs, context, input.logGroupName!), days);
    return {};
  },
});

export const deleteRetentionPolicy = ({
  telemetry: { logs },
}: Platform): Operation<DeleteRetentionPolicyCommandInput, DeleteRetentionPolicyCommandOutput> => ({
  permissions: groupPermission('DeleteRetentionPolicy'),
  handle(input, context) {
    logs.setRetention(existingGroup(logs, context, input.logGroupName!), undefined);
    return {};
  },
});

export const putLogGroupDeletionProtection = ({
  telemetry: { logs },
}: Platform): Operation<PutLogGroupDeletionProtectionCommandInput, PutLogGroupDeletionProtectionCommandOutput> => ({
  permissions: (input, context) => [
    permissionOn('PutLogGroupDeletionProtection', context, groupNameOf(input, context)),
  ],
  handle(input, context) {
    const group = existingGroup(logs, context, groupNameOf(input, context));
    logs.setDeletionProtection(group, input.deletionProtectionEnabled!);
    return {};
  },
});
