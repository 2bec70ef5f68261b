import type {
  AttachedPermissionsBoundary,
  Group as GroupAnswer,
  Role as RoleAnswer,
  User as UserAnswer,
} from '@aws-sdk/client-iam';
import type { Group, Role, User } from '../../identity/kinds.ts';
import { iamArn } from '../../identity/kinds.ts';
import type { Resource } from '../../resources/resource-store.ts';

/** Policies leave IAM percent-encoded (RFC 3986); the SDKs of most languages decode them again. */
export const encodedPolicy = (document: string): string =>
  encodeURIComponent(document).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const boundaryOf = (arn: string | undefined): AttachedPermissionsBoundary | undefined =>
  arn === undefined ? undefined : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: arn };

/** As lists give it; single answers have tags and boundary besides. */
export const listedUser = ({ accountId, name, doc }: Resource<User>): UserAnswer => ({
  Path: doc.path,
  UserName: name,
  UserId: doc.id,
  Arn: iamArn(accountId, `user${doc.path}${name}`),
  CreateDate: new Date(doc.createdAt),
});

export const userAnswer = (user: Resource<User>): UserAnswer => ({
  ...listedUser(user),
  PermissionsBoundary: boundaryOf(user.doc.permissionsBoundary),
  Tags: user.doc.tags.length > 0 ? [...user.doc.tags] : undefined,
});

export const listedRole = ({ accountId, name, doc }: Resource<Role>): RoleAnswer => ({
  Path: doc.path,
  RoleName: name,
  RoleId: doc.id,
  Arn: iamArn(accountId, `role${doc.path}${name}`),
  CreateDate: new Date(doc.createdAt),
  AssumeRolePolicyDocument: encodedPolicy(doc.trustPolicy),
  Description: doc.description,
  MaxSessionDuration: doc.maxSessionSeconds,
});

export const roleAnswer = (role: Resource<Role>): RoleAnswer => ({
  ...listedRole(role),
  PermissionsBoundary: boundaryOf(role.doc.permissionsBoundary),
  Tags: role.doc.tags.length > 0 ? [...role.doc.tags] : undefined,
  RoleLastUsed: {},
});

export const groupAnswer = ({ accountId, name, doc }: Resource<Group>): GroupAnswer => ({
  Path: doc.path,
  GroupName: name,
  GroupId: doc.id,
  Arn: iamArn(accountId, `group${doc.path}${name}`),
  CreateDate: new Date(doc.createdAt),
});
