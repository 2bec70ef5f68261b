import { ServiceError } from '../errors.ts';
import type { Kind, Tag } from '../resources/resource-store.ts';
import type { Scope } from '../scope.ts';

/** What users, roles and groups have in common. Policies of their own by name, JSON texts. */
export interface Entity {
  readonly id: string;
  readonly path: string;
  readonly createdAt: string;
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs of managed policies. */
  readonly attachedPolicies: readonly string[];
}

export interface User extends Entity {
  readonly tags: readonly Tag[];
  readonly groups: readonly string[];
  readonly permissionsBoundary?: string;
}

export interface Role extends Entity {
  readonly tags: readonly Tag[];
  readonly description?: string;
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
  readonly permissionsBoundary?: string;
}

export type Group = Entity;

/** What gives a role to machines of EC2. There are none here; tools that manage roles ask for it all the same. */
export interface InstanceProfile {
  readonly id: string;
  readonly path: string;
  readonly createdAt: string;
  readonly tags: readonly Tag[];
  /** The name of its one role. */
  readonly role?: string;
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly createdAt: string;
}

export interface ManagedPolicy {
  readonly id: string;
  readonly path: string;
  readonly description?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersionId: string;
  /** Of the newest version ever made: numbers are not used again. */
  readonly lastVersion: number;
  readonly tags: readonly Tag[];
}

export interface AccessKey {
  readonly userName: string;
  /** The user's unique id: a user made anew under the name does not get the old one's keys. */
  readonly userId: string;
  /** Sealed with the home's key: the store holds no secret in clear. */
  readonly sealedSecret: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: string;
  readonly lastUsed?: { readonly at: string; readonly service: string; readonly region: string };
}

export const noSuchEntity = (message: string) => new ServiceError('NoSuchEntity', message, { status: 404 });

const alreadyExists = (what: string, name: string) =>
  new ServiceError('EntityAlreadyExists', `${what} with name ${name} already exists.`, { status: 409 });

/** IAM has no regions: its ARNs and scopes leave that part empty. */
export const iamScope = (accountId: string): Scope => ({ accountId, region: '' });

export const iamArn = (accountId: string, resource: string): string => `arn:aws:iam::${accountId}:${resource}`;

const entityKind = <Doc extends { readonly path: string }>(type: string, title: string): Kind<Doc> => ({
  name: `iam/${type}`,
  arn: ({ accountId }, name, { path }) => iamArn(accountId, `${type}${path}${name}`),
  // Identity keeps all of these in memory; this is how it finds them in every account at the start.
  isActive: () => true,
  notFound: (name) => noSuchEntity(`The ${type} with name ${name} cannot be found.`),
  alreadyExists: (name) => alreadyExists(title, name),
});

export const users = entityKind<User>('user', 'User');
export const roles = entityKind<Role>('role', 'Role');
export const groups = entityKind<Group>('group', 'Group');

export const instanceProfiles: Kind<InstanceProfile> = {
  ...entityKind<InstanceProfile>('instance-profile', 'Instance Profile'),
  notFound: (name) => noSuchEntity(`Instance Profile ${name} cannot be found.`),
  alreadyExists: (name) =>
    new ServiceError('EntityAlreadyExists', `Instance Profile ${name} already exists.`, { status: 409 }),
};

export const managedPolicies: Kind<ManagedPolicy> = {
  ...entityKind<ManagedPolicy>('policy', 'A policy'),
  notFound: (name, { accountId }) => policyNotFound(iamArn(accountId, `policy/${name}`)),
  alreadyExists: (name) =>
    new ServiceError(
      'EntityAlreadyExists',
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
      { status: 409 },
    ),
};

export const policyNotFound = (arn: string) => noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);

export const accessKeys: Kind<AccessKey> = {
  name: 'iam/access-key',
  // Access keys have no ARN at AWS; the store wants one of everything.
  arn: ({ accountId }, name) => iamArn(accountId, `access-key/${name}`),
  parent: ({ userName }) => userName,
  isActive: () => true,
  notFound: (name) => noSuchEntity(`The Access Key with id ${name} cannot be found.`),
  alreadyExists: (name) => alreadyExists('Access key', name),
};
