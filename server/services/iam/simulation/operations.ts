import type {
  EvaluationResult,
  SimulateCustomPolicyCommandInput,
  SimulateCustomPolicyCommandOutput,
  SimulatePrincipalPolicyCommandInput,
  SimulatePrincipalPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { groups, iamArn, iamScope, roles, users } from '../../../identity/kinds.ts';
import type { PrincipalFacts } from '../../../identity/policies/request.ts';
import {
  type PrincipalPolicies,
  policiesOfGroup,
  policiesOfRole,
  policiesOfUser,
} from '../../../identity/principal-policies.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { invalidInput } from '../errors.ts';
import { type PageRequest, pageOf } from '../paging.ts';
import { onArn } from '../permissions.ts';
import { contextOf, inputPolicies, simulate } from './simulate.ts';

interface Answer {
  EvaluationResults: EvaluationResult[];
  IsTruncated: boolean;
  Marker?: string;
}

function pageOfResults(results: readonly EvaluationResult[], request: PageRequest): Answer {
  const numbered = results.map((result, i) => ({ result, order: String(i).padStart(6, '0') }));
  const [page, end] = pageOf(numbered, ({ order }) => order, request);
  return { EvaluationResults: page.map(({ result }) => result), ...end };
}

export const simulateCustomPolicy = (): Operation<
  SimulateCustomPolicyCommandInput,
  SimulateCustomPolicyCommandOutput
> => ({
  permissions: (_, context) => onArn('*', context),
  handle(input, { accountId }) {
    const boundary = inputPolicies(input.PermissionsBoundaryPolicyInputList).map(({ policy }) => policy);
    const simulation = {
      identity: inputPolicies(input.PolicyInputList),
      boundary: boundary.length > 0 ? boundary : undefined,
      resourcePolicy: input.ResourcePolicy,
      principal: principalOf(input.CallerArn ?? iamArn(accountId, 'user/simulated')),
      context: contextOf(input.ContextEntries),
    };
    return pageOfResults(simulate(simulation, input.ActionNames!, input.ResourceArns), input);
  },
});

export const simulatePrincipalPolicy = (
  platform: Platform,
): Operation<SimulatePrincipalPolicyCommandInput, SimulatePrincipalPolicyCommandOutput> => ({
  permissions: ({ PolicySourceArn }, context) => onArn(PolicySourceArn, context),
  async handle(input, { accountId }) {
    const source = await policiesOf(platform, accountId, input.PolicySourceArn!);
    const boundary = inputPolicies(input.PermissionsBoundaryPolicyInputList).map(({ policy }) => policy);
    const simulation = {
      identity: [...source.identity, ...inputPolicies(input.PolicyInputList)],
      boundary: boundary.length > 0 ? boundary : source.boundary,
      resourcePolicy: input.ResourcePolicy,
      principal: principalOf(input.CallerArn ?? input.PolicySourceArn!),
      context: contextOf(input.ContextEntries),
    };
    return pageOfResults(simulate(simulation, input.ActionNames!, input.ResourceArns), input);
  },
});

/** The simulated caller is never taken for the root user, whom policies do not limit. */
const principalOf = (arn: string): PrincipalFacts => ({
  accountId: arn.split(':')[4] ?? '',
  arn,
  roleArn: arn.includes(':role/') ? arn : undefined,
  isRoot: false,
});

/** Throws NoSuchEntity; InvalidInput for anything but a user, role or group of this account. */
async function policiesOf(
  { resources, identity }: Platform,
  accountId: string,
  arn: string,
): Promise<PrincipalPolicies> {
  const scope = iamScope(accountId);
  const [, type, name = ''] =
    new RegExp(`^arn:aws[a-z-]*:iam::${accountId}:(user|role|group)/(?:.*/)?([^/]+)$`).exec(arn) ?? [];
  const { directory } = identity;
  if (type === 'user') {
    return policiesOfUser(accountId, (await resources.get(users, scope, name)).doc, directory);
  }
  if (type === 'role') return policiesOfRole((await resources.get(roles, scope, name)).doc, directory);
  if (type === 'group') return policiesOfGroup((await resources.get(groups, scope, name)).doc, directory);
  throw invalidInput(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
}
