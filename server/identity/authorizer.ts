import { BoundedCache } from '../bounded-cache.ts';
import { accessDenied } from '../errors.ts';
import type { Permission } from '../operations.ts';
import type { Tag } from '../resources/resource-store.ts';
import type { Directory } from './directory.ts';
import type { AuthorizationFacts, Caller } from './identity.ts';
import { type CompiledPolicy, compilePolicy } from './policies/compile.ts';
import { policyRequest } from './policies/context-keys.ts';
import { type Decision, decide, type PolicySet } from './policies/decide.ts';
import { policiesOfCaller } from './principal-policies.ts';

interface Prepared {
  readonly generation: number;
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: readonly CompiledPolicy[];
  readonly tags: readonly Tag[];
  readonly asksForResourceTags: boolean;
}

export interface Authorizer {
  decisionOn(caller: Caller, permission: Permission, facts?: AuthorizationFacts, trust?: TrustPolicy): Decision;
  authorize(caller: Caller, permissions: readonly Permission[], facts?: AuthorizationFacts): void;
  /** Whether a policy of the caller has a condition on tags of resources. */
  asksForResourceTags(caller: Caller): boolean;
}

/** A role's trust policy, JSON text, when the question is whether a role may be assumed. */
export interface TrustPolicy {
  readonly trustPolicy: string;
}

const anonymous: Omit<Prepared, 'generation'> = { identity: [], tags: [], asksForResourceTags: false };

export function createAuthorizer(directory: Directory): Authorizer {
  const prepared = new BoundedCache<string, Prepared>(4096);

  function prepare(caller: Caller): Omit<Prepared, 'generation'> {
    if (caller.kind === 'anonymous') return anonymous;
    const name = caller.roleArn ?? caller.userArn ?? caller.arn;
    const { generation } = directory;
    const known = prepared.get(name);
    if (known?.generation === generation) return known;
    const { identity, boundary, tags } = policiesOfCaller(caller, directory);
    const policies = identity.map(({ policy }) => policy);
    const asksForResourceTags = asks([...policies, ...(boundary ?? [])]);
    const fresh = { generation, identity: policies, boundary, tags, asksForResourceTags };
    prepared.set(name, fresh);
    return fresh;
  }

  function decisionOn(
    caller: Caller,
    permission: Permission,
    facts: AuthorizationFacts = {},
    trust?: TrustPolicy,
  ): Decision {
    const { identity, boundary, tags } = prepare(caller);
    const { resourcePolicy } = facts;
    const policies: PolicySet = {
      identity,
      boundary,
      session: caller.sessionPolicies && sessionPolicies(caller.sessionPolicies, directory),
      resource: trust
        ? compilePolicy(trust.trustPolicy, 'trust')
        : resourcePolicy
          ? compilePolicy(resourcePolicy, 'resource')
          : undefined,
      // Nobody has an account of their own whose policies could allow: the resource's decide alone.
      crossAccount: caller.kind !== 'anonymous' && isForeign(caller, facts),
      resourceMustAllow: trust !== undefined || caller.kind === 'anonymous',
    };
    return decide(policies, policyRequest({ caller, tags }, permission, facts));
  }

  return {
    decisionOn,
    asksForResourceTags(caller) {
      if (caller.kind === 'root' || caller.kind === 'anonymous') return false;
      if (prepare(caller).asksForResourceTags) return true;
      return caller.sessionPolicies !== undefined && asks(sessionPolicies(caller.sessionPolicies, directory));
    },
    authorize(caller, permissions, facts = {}) {
      if (caller.kind === 'root' && !facts.resourcePolicy && !isForeign(caller, facts)) return;
      for (const permission of permissions) {
        const decision = decisionOn(caller, permission, facts);
        if (decision.effect !== 'allowed') throw notAuthorized(caller, permission, decision);
      }
    },
  };
}

const asks = (policies: readonly CompiledPolicy[]) => policies.some((policy) => policy.asksForResourceTags);

/** A managed policy is named by its ARN; one that is gone allows nothing any more. */
const sessionPolicies = (policies: readonly string[], directory: Directory): CompiledPolicy[] =>
  policies.flatMap((policy) => {
    const text = policy.startsWith('arn:') ? directory.policyDocument(policy) : policy;
    return text === undefined ? [] : [compilePolicy(text)];
  });

const isForeign = ({ accountId }: Caller, { resourceAccountId }: AuthorizationFacts): boolean =>
  resourceAccountId !== undefined && resourceAccountId !== accountId;

const NAMES = {
  identity: 'an identity-based policy',
  boundary: 'a permissions boundary',
  session: 'a session policy',
  resource: 'a resource-based policy',
} as const;

/** In AWS's words, which say what kind of policy stands in the way. */
export function notAuthorized(caller: Caller, { action, resource }: Permission, decision: Decision) {
  const name = decision.effect === 'allowed' ? '' : NAMES[decision.because];
  const reason =
    decision.effect === 'explicitDeny'
      ? `with an explicit deny in ${name}`
      : `because no ${name.slice(name.indexOf(' ') + 1)} allows the ${action} action`;
  return accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`);
}
