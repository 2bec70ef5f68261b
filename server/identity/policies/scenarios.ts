import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';
import type { PolicyUse } from './document.ts';
import type { ContextValue, PolicyRequest, PrincipalFacts } from './request.ts';

/** The people and statements that tests of policies are about. */
export const ACCOUNT = '111122223333';
export const USER: PrincipalFacts = { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/ann`, isRoot: false };
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/R`;
export const SESSION: PrincipalFacts = {
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/R/s`,
  roleArn: ROLE_ARN,
  isRoot: false,
};
export const FOREIGNER: PrincipalFacts = {
  accountId: '999988887777',
  arn: 'arn:aws:iam::999988887777:user/eve',
  isRoot: false,
};
export const ROOT: PrincipalFacts = { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, isRoot: true };

export type Json = Record<string, unknown>;
export const document = (...statements: Json[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
export const allow = (rest: Json = {}): Json => ({ Effect: 'Allow', Action: '*', Resource: '*', ...rest });
export const deny = (rest: Json = {}): Json => ({ ...allow(rest), Effect: 'Deny' });

/** One question to policies, and the decision that is right. */
export interface Scenario {
  readonly name: string;
  readonly identity?: readonly Json[];
  readonly boundary?: readonly Json[];
  readonly session?: readonly Json[];
  readonly resource?: readonly Json[];
  readonly trust?: readonly Json[];
  readonly crossAccount?: boolean;
  readonly action?: string;
  readonly on?: string;
  readonly by?: PrincipalFacts;
  readonly context?: Record<string, ContextValue>;
  readonly is: string;
}

function decisionOf(scenario: Scenario): string {
  const { action = 's3:GetObject', on = 'arn:aws:s3:::bucket/key', by = USER, context = {} } = scenario;
  const compiled = (statements: readonly Json[] | undefined, use: PolicyUse = 'identity') =>
    statements && compilePolicy(document(...statements), use);
  const list = (statements: readonly Json[] | undefined) => statements && [compiled(statements)!];
  const lowerCase = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const request: PolicyRequest = {
    action: action.toLowerCase(),
    resource: on,
    principal: by,
    value: (key) => lowerCase.get(key),
  };
  const decision = decide(
    {
      identity: list(scenario.identity) ?? [],
      boundary: list(scenario.boundary),
      session: list(scenario.session),
      resource: compiled(scenario.trust, 'trust') ?? compiled(scenario.resource, 'resource'),
      crossAccount: scenario.crossAccount,
      resourceMustAllow: scenario.trust !== undefined,
    },
    request,
  );
  return decision.effect === 'allowed' ? 'allowed' : `${decision.effect} by ${decision.because}`;
}

export const IMPLICIT = 'implicitDeny by identity';

/** A test for each scenario. */
export const check = (title: string, scenarios: readonly Scenario[]) =>
  describe(title, () => {
    for (const scenario of scenarios) it(scenario.name, () => assert.equal(decisionOf(scenario), scenario.is));
  });
