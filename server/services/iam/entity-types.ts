import { type Entity, groups, iamScope, roles, users } from '../../identity/kinds.ts';
import type { Permission, RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';
import type { Kind, Resource } from '../../resources/resource-store.ts';
import type { PageRequest } from './paging.ts';
import { onEntity } from './permissions.ts';

/** What operations on the policies of a user, role or group are given. */
export interface EntityInput extends PageRequest {
  readonly UserName?: string;
  readonly RoleName?: string;
  readonly GroupName?: string;
  readonly PolicyName?: string;
  readonly PolicyArn?: string;
  readonly PolicyDocument?: string;
  readonly PathPrefix?: string;
}

/** Users, roles and groups have policies in the same way; here is what differs. */
export interface EntityType {
  readonly label: 'User' | 'Role' | 'Group';
  readonly title: 'user' | 'role' | 'group';
  readonly kind: Kind<Entity>;
  /** Of all inline policies together, white space not counted. */
  readonly inlineCharacters: number;
}

export const entityTypes: readonly EntityType[] = [
  { label: 'User', title: 'user', kind: users as unknown as Kind<Entity>, inlineCharacters: 2048 },
  { label: 'Role', title: 'role', kind: roles as unknown as Kind<Entity>, inlineCharacters: 10240 },
  { label: 'Group', title: 'group', kind: groups, inlineCharacters: 5120 },
];

export const nameIn = ({ label }: EntityType, input: EntityInput): string => input[`${label}Name`]!;

export const entityOf = (
  { resources }: Platform,
  type: EntityType,
  accountId: string,
  input: EntityInput,
): Promise<Resource<Entity>> => resources.get(type.kind, iamScope(accountId), nameIn(type, input));

/** The right to the operation on the entity; `iam:PolicyARN` says which policy it is about. */
export const onEntityType =
  (platform: Platform, type: EntityType) =>
  (input: EntityInput, context: RequestContext): Permission[] =>
    onEntity(
      platform,
      type.title,
      nameIn(type, input),
      context,
      input.PolicyArn === undefined ? {} : { 'iam:PolicyARN': input.PolicyArn },
    );
