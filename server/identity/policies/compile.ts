import { BoundedCache } from '../../bounded-cache.ts';
import { compileConditions } from './conditions.ts';
import { type PolicyUse, parsePolicy, type Statement } from './document.ts';
import { ofFirstPartition } from './partitions.ts';
import { globMatcher, patternMatcher } from './pattern.ts';
import { matchPrincipal, type PrincipalMatch } from './principals.ts';
import type { PolicyRequest } from './request.ts';

export interface CompiledStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly sid?: string;
  /** Action, resource and conditions; the principal is asked for separately. */
  applies(request: PolicyRequest): boolean;
  /** `exact` for a statement without Principal. */
  principal(request: PolicyRequest): PrincipalMatch;
}

export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
  /** Some condition or variable is about a tag of the resource, such as `aws:ResourceTag/team`. */
  readonly asksForResourceTags: boolean;
}

const compiled = new BoundedCache<string, CompiledPolicy>(2048);

/** Compiles a policy once for each text. Throws `MalformedPolicyDocument`. */
export function compilePolicy(text: string, use: PolicyUse = 'identity'): CompiledPolicy {
  const name = use + text;
  const known = compiled.get(name);
  if (known) return known;
  const document = parsePolicy(text, use);
  const withVariables = document.version === '2012-10-17';
  const fresh = {
    statements: document.statements.map((statement) => compileStatement(statement, withVariables)),
    asksForResourceTags: /:resourcetag\//i.test(text),
  };
  compiled.set(name, fresh);
  return fresh;
}

function compileStatement(statement: Statement, withVariables: boolean): CompiledStatement {
  const action = compileActions(statement);
  const resource = compileResources(statement, withVariables);
  const conditions = compileConditions(statement.conditions, withVariables);
  return {
    effect: statement.effect,
    sid: statement.sid,
    applies(request) {
      if (!action(request.action) || !resource(request)) return false;
      for (const condition of conditions) if (!condition(request)) return false;
      return true;
    },
    principal: compilePrincipal(statement),
  };
}

function compileActions({ actions, notActions }: Statement): (action: string) => boolean {
  const exact = new Set<string>();
  const globs: ((action: string) => boolean)[] = [];
  for (const action of actions ?? notActions ?? []) {
    const lower = action.toLowerCase();
    if (/[*?]/.test(lower)) globs.push(globMatcher(lower));
    else exact.add(lower);
  }
  const matches = (action: string) => exact.has(action) || globs.some((glob) => glob(action));
  return actions ? matches : (action) => !matches(action);
}

function compileResources(statement: Statement, withVariables: boolean): (request: PolicyRequest) => boolean {
  const { resources, notResources } = statement;
  const given = resources ?? notResources;
  if (!given || resources?.includes('*')) return () => true;
  const matchers = given.map((pattern) => patternMatcher(ofFirstPartition(pattern), withVariables));
  const matches = (request: PolicyRequest) => matchers.some((matcher) => matcher(request.resource, request));
  return resources ? matches : (request) => !matches(request);
}

function compilePrincipal({ principal, notPrincipal }: Statement): (request: PolicyRequest) => PrincipalMatch {
  if (principal) return (request) => matchPrincipal(principal, request.principal);
  if (notPrincipal) return (request) => (matchPrincipal(notPrincipal, request.principal) === 'none' ? 'exact' : 'none');
  return () => 'exact';
}
