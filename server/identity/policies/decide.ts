import type { CompiledPolicy, CompiledStatement } from './compile.ts';
import { closer, type PrincipalMatch } from './principals.ts';
import type { PolicyRequest } from './request.ts';

/** Every policy that has a say. A list that is missing has none; an empty one allows nothing. */
export interface PolicySet {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: readonly CompiledPolicy[];
  readonly session?: readonly CompiledPolicy[];
  readonly resource?: CompiledPolicy;
  /** The resource belongs to another account than the caller: both sides must allow. */
  readonly crossAccount?: boolean;
  /** The resource's policy must name the caller even within one account, as a role's trust policy must. */
  readonly resourceMustAllow?: boolean;
}

export type PolicySource = 'identity' | 'boundary' | 'session' | 'resource';

/** `because`: which kind of policy decided against, or failed to allow. */
export type Decision =
  | { readonly effect: 'allowed' }
  | { readonly effect: 'explicitDeny' | 'implicitDeny'; readonly because: PolicySource };

const allowed: Decision = { effect: 'allowed' };
const denies = (because: PolicySource): Decision => ({ effect: 'explicitDeny', because });
const misses = (because: PolicySource): Decision => ({ effect: 'implicitDeny', because });

/** Decides as AWS does: an explicit deny anywhere wins, then every side that must allow has to. */
export function decide(policies: PolicySet, request: PolicyRequest): Decision {
  const identity = verdictOf(policies.identity, request);
  if (identity === 'deny') return denies('identity');
  const boundary = policies.boundary ? verdictOf(policies.boundary, request) : 'allow';
  if (boundary === 'deny') return denies('boundary');
  const session = policies.session ? verdictOf(policies.session, request) : 'allow';
  if (session === 'deny') return denies('session');
  const resource = policies.resource ? resourceVerdict(policies.resource, request) : 'none';
  if (resource === 'deny') return denies('resource');

  const { isRoot } = request.principal;
  if (policies.crossAccount || policies.resourceMustAllow) {
    if (resource === 'none') return misses('resource');
    if (resource !== 'account' && !policies.crossAccount) return within(resource, boundary, session);
  } else if (resource === 'exact' || resource === 'role') return within(resource, boundary, session);
  if (identity !== 'allow' && !isRoot) return misses('identity');
  return within('role', boundary, session);
}

/** A grant to the user or session itself passes by boundary and session policy, as long as those do not deny. */
function within(grant: PrincipalMatch, boundary: Verdict, session: Verdict): Decision {
  if (grant === 'exact') return allowed;
  if (boundary !== 'allow') return misses('boundary');
  return session === 'allow' ? allowed : misses('session');
}

type Verdict = 'allow' | 'deny' | 'none';

function verdictOf(policies: readonly CompiledPolicy[], request: PolicyRequest): Verdict {
  let verdict: Verdict = 'none';
  for (const policy of policies) {
    for (const statement of policy.statements) {
      // Once allowed, only a deny can still change anything.
      if (statement.effect === 'Allow' && verdict === 'allow') continue;
      if (!statement.applies(request)) continue;
      if (statement.effect === 'Deny') return 'deny';
      verdict = 'allow';
    }
  }
  return verdict;
}

function resourceVerdict(policy: CompiledPolicy, request: PolicyRequest): 'deny' | PrincipalMatch {
  let best: PrincipalMatch = 'none';
  for (const statement of policy.statements) {
    const match = statement.principal(request);
    if (match === 'none' || !statement.applies(request)) continue;
    if (statement.effect === 'Deny') return 'deny';
    best = closer(best, match);
  }
  return best;
}

/** The statements that apply, for explanations. */
export const matchedStatements = (policy: CompiledPolicy, request: PolicyRequest): CompiledStatement[] =>
  policy.statements.filter((statement) => statement.principal(request) !== 'none' && statement.applies(request));
