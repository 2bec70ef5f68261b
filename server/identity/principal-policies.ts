import { accessDenied } from '../errors.ts';
import type { Tag } from '../resources/resource-store.ts';
import type { Directory } from './directory.ts';
import type { Caller } from './identity.ts';
import type { Entity, Group, Role, User } from './kinds.ts';
import { type CompiledPolicy, compilePolicy } from './policies/compile.ts';

/** A policy and the name under which a principal has it. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: CompiledPolicy;
}

/** The identity-based policies of a user, role or group, its permissions boundary and its tags. */
export interface PrincipalPolicies {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: readonly CompiledPolicy[];
  readonly tags: readonly Tag[];
}

const named = (name: string, text: string): NamedPolicy => ({ name, policy: compilePolicy(text) });

function ownPolicies(entity: Entity, directory: Directory): NamedPolicy[] {
  const inline = Object.entries(entity.inlinePolicies).map(([name, text]) => named(name, text));
  const attached = entity.attachedPolicies.flatMap((arn) => {
    const document = directory.policyDocument(arn);
    return document === undefined ? [] : [named(arn.slice(arn.lastIndexOf('/') + 1), document)];
  });
  return [...inline, ...attached];
}

export const policiesOfGroup = (group: Group, directory: Directory): PrincipalPolicies => ({
  identity: ownPolicies(group, directory),
  tags: [],
});

export function policiesOfUser(accountId: string, user: User, directory: Directory): PrincipalPolicies {
  const groups = user.groups.map((name) => directory.group(accountId, name)).filter((group) => group !== undefined);
  return {
    identity: [user, ...groups.map(({ doc }) => doc)].flatMap((entity) => ownPolicies(entity, directory)),
    boundary: boundaryOf(user, directory),
    tags: user.tags,
  };
}

export const policiesOfRole = (role: Role, directory: Directory): PrincipalPolicies => ({
  identity: ownPolicies(role, directory),
  boundary: boundaryOf(role, directory),
  tags: role.tags,
});

/** A boundary whose policy is gone allows nothing. */
function boundaryOf({ permissionsBoundary: arn }: User | Role, directory: Directory): CompiledPolicy[] | undefined {
  if (arn === undefined) return undefined;
  const document = directory.policyDocument(arn);
  return document === undefined ? [] : [compilePolicy(document)];
}

/** The policies of whoever is behind a caller's key. Throws AccessDeniedException when there is no such one any more. */
export function policiesOfCaller(
  { accountId, arn, roleArn, userArn }: Caller,
  directory: Directory,
): PrincipalPolicies {
  if (arn.endsWith(':root')) return { identity: [], tags: [] };
  const source = roleArn ?? userArn ?? arn;
  const name = source.slice(source.lastIndexOf('/') + 1);
  if (roleArn) {
    const role = directory.role(accountId, name);
    if (role) return policiesOfRole(role.doc, directory);
  } else {
    const user = directory.user(accountId, name);
    if (user) return policiesOfUser(accountId, user.doc, directory);
  }
  throw accessDenied(`The principal ${source} does not exist any more.`);
}
