import type { ContextEntry, EvaluationResult } from '@aws-sdk/client-iam';
import { type CompiledPolicy, compilePolicy } from '../../../identity/policies/compile.ts';
import { decide, matchedStatements } from '../../../identity/policies/decide.ts';
import { ofFirstPartition } from '../../../identity/policies/partitions.ts';
import type { PolicyRequest, PrincipalFacts } from '../../../identity/policies/request.ts';
import type { NamedPolicy } from '../../../identity/principal-policies.ts';
import { invalidInput } from '../errors.ts';

/** Everything that a simulated request is judged by. */
export interface Simulation {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: readonly CompiledPolicy[];
  readonly resourcePolicy?: string;
  readonly principal: PrincipalFacts;
  /** By lower-case key. */
  readonly context: ReadonlyMap<string, string | readonly string[]>;
}

export function contextOf(entries: readonly ContextEntry[] = []): Simulation['context'] {
  return new Map(
    entries.map(({ ContextKeyName = '', ContextKeyValues = [], ContextKeyType = 'string' }) => [
      ContextKeyName.toLowerCase(),
      ContextKeyType.endsWith('List') ? ContextKeyValues : (ContextKeyValues[0] ?? ''),
    ]),
  );
}

/** Policies given with the request itself, named as IAM names them in its answer. */
export const inputPolicies = (texts: readonly string[] = [], list = 'PolicyInputList'): NamedPolicy[] =>
  texts.map((text, i) => ({ name: `${list}.${i + 1}`, policy: compilePolicy(text) }));

/** One answer for each action on each resource. */
export const simulate = (
  simulation: Simulation,
  actions: readonly string[],
  resources: readonly string[] = ['*'],
): EvaluationResult[] =>
  actions.flatMap((action) => resources.map((resource) => evaluate(simulation, action, resource)));

function evaluate(simulation: Simulation, action: string, resource: string): EvaluationResult {
  if (!/^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/.test(action)) throw invalidInput(`Invalid action name ${action}.`);
  const { identity, boundary, resourcePolicy, principal, context } = simulation;
  const missing = new Set<string>();
  const request: PolicyRequest = {
    action: action.toLowerCase(),
    resource: ofFirstPartition(resource),
    principal,
    value(key) {
      const value = context.get(key);
      if (value === undefined) missing.add(key);
      return value;
    },
  };
  const resourceBased = resourcePolicy === undefined ? undefined : compilePolicy(resourcePolicy, 'resource');
  const decision = decide(
    { identity: identity.map(({ policy }) => policy), boundary, resource: resourceBased },
    request,
  );
  const named = resourceBased ? [...identity, { name: 'ResourcePolicy', policy: resourceBased }] : identity;
  const byBoundary = boundary && decide({ identity: boundary }, request).effect === 'allowed';
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision.effect,
    MatchedStatements: named.flatMap(({ name, policy }) =>
      matchedStatements(policy, request)
        .filter(({ effect }) => decision.effect !== 'explicitDeny' || effect === 'Deny')
        .map(() => ({ SourcePolicyId: name, SourcePolicyType: 'IAM Policy' as never })),
    ),
    MissingContextValues: [...missing],
    PermissionsBoundaryDecisionDetail:
      byBoundary === undefined ? undefined : { AllowedByPermissionsBoundary: byBoundary },
  };
}
