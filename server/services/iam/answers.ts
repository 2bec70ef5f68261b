import type {
  AttachedPermissionsBoundary,
  Group as GroupAnswer,
  InstanceProfile as InstanceProfileAnswer,
  Role as RoleAnswer,
  User as UserAnswer,
} from '@aws-sdk/client-iam';
import type { Directory } from '../../identity/directory.ts';
import {
  type Group,
  type InstanceProfile,
  iamArn,
  instanceProfiles,
  type Role,
  type User,
} from '../../identity/kinds.ts';
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

/** With its role, if it has one. */
export const instanceProfileAnswer = (
  { accountId, name, arn, doc }: Resource<InstanceProfile>,
  directory: Directory,
): InstanceProfileAnswer => {
  const role = doc.role === undefined ? undefined : directory.role(accountId, doc.role);
  return {
    Path: doc.path,
    InstanceProfileName: name,
    InstanceProfileId: doc.id,
    Arn: arn,
    CreateDate: new Date(doc.createdAt),
    Roles: role ? [listedRole(role)] : [],
  };
};

/** Those that give machines the role. */
export const profilesOfRole = (directory: Directory, accountId: string, role: string): Resource<InstanceProfile>[] =>
  directory.all(instanceProfiles, accountId).filter(({ doc }) => doc.role === role);

export const groupAnswer = ({ accountId, name, doc }: Resource<Group>): GroupAnswer => ({
  Path: doc.path,
  GroupName: name,
  GroupId: doc.id,
  Arn: iamArn(accountId, `group${doc.path}${name}`),
  CreateDate: new Date(doc.createdAt),
});
