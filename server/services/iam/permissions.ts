import { iamArn } from '../../identity/kinds.ts';
import type { Permission, RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';

export type EntityType = 'user' | 'role' | 'group' | 'instance-profile';

/** An entity's ARN, with its path when it exists. */
export function entityArn({ identity }: Platform, accountId: string, type: EntityType, name: string): string {
  const entity = identity.directory[type === 'instance-profile' ? 'instanceProfile' : type](accountId, name);
  return iamArn(accountId, `${type}${entity?.doc.path ?? '/'}${name}`);
}

/** The right to make an entity: a path that it is to have is part of its ARN, by which policies tell entities apart. */
export const onNewEntity = (
  type: EntityType,
  name: string | undefined,
  path = '/',
  context: RequestContext,
  conditions: Permission['conditions'] = {},
): Permission[] => onArn(iamArn(context.accountId, `${type}${path}${name}`), context, conditions);

/** The right to do what the operation is named after, on one entity. */
export const onEntity = (
  platform: Platform,
  type: EntityType,
  name: string | undefined,
  context: RequestContext,
  conditions: Permission['conditions'] = {},
): Permission[] => [
  {
    action: `iam:${context.operation}`,
    resource: name === undefined ? context.caller.arn : entityArn(platform, context.accountId, type, name),
    conditions,
  },
];

/** The same on whatever an ARN names. */
export const onArn = (
  arn: string | undefined,
  context: RequestContext,
  conditions: Permission['conditions'] = {},
): Permission[] => [{ action: `iam:${context.operation}`, resource: arn ?? '*', conditions }];
