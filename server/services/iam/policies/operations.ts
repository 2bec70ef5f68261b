import type {
  CreatePolicyCommandInput,
  CreatePolicyCommandOutput,
  DeletePolicyCommandInput,
  DeletePolicyCommandOutput,
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  ListPoliciesCommandInput,
  ListPoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { awsManagedPolicies } from '../../../identity/aws-managed-policies.ts';
import { newId } from '../../../identity/ids.ts';
import { iamArn, managedPolicies } from '../../../identity/kinds.ts';
import { compilePolicy } from '../../../identity/policies/compile.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { deleteConflict, limitExceeded } from '../errors.ts';
import { anyPolicy, customerPolicy, isAwsManaged, policyAnswer, usesOfPolicies } from '../managed-policies.ts';
import { requireFreeName } from '../names.ts';
import { pageOf } from '../paging.ts';
import { onArn } from '../permissions.ts';
import { tagConditions, tagsOf } from '../tag-list.ts';

const MOST_CHARACTERS = 6144;

/** A policy that can be kept. Throws `MalformedPolicyDocument` and `LimitExceeded`. */
export function checkedPolicy(document: string): string {
  compilePolicy(document);
  if (document.replace(/\s/g, '').length > MOST_CHARACTERS) throw limitExceeded('PolicySize', MOST_CHARACTERS);
  return document;
}

export const createPolicy = ({
  identity: { directory },
}: Platform): Operation<CreatePolicyCommandInput, CreatePolicyCommandOutput> => ({
  permissions: ({ PolicyName, Path = '/', Tags }, context) =>
    onArn(iamArn(context.accountId, `policy${Path}${PolicyName}`), context, tagConditions(Tags)),
  async handle({ PolicyName, Path = '/', PolicyDocument, Description, Tags }, { accountId, now }) {
    const document = checkedPolicy(PolicyDocument!);
    const createdAt = now.toISOString();
    const tags = tagsOf(Tags);
    requireFreeName(directory, managedPolicies, accountId, PolicyName!);
    const policy = await directory.create(managedPolicies, accountId, PolicyName!, {
      id: newId('ANPA'),
      path: Path,
      description: Description,
      createdAt,
      updatedAt: createdAt,
      versions: [{ id: 'v1', document, createdAt }],
      defaultVersionId: 'v1',
      lastVersion: 1,
      tags,
    });
    const answer = policyAnswer(policy, usesOfPolicies(directory, accountId));
    return { Policy: { ...answer, Tags: tags.length > 0 ? tags : undefined } };
  },
});

export const getPolicy = (platform: Platform): Operation<GetPolicyCommandInput, GetPolicyCommandOutput> => ({
  permissions: ({ PolicyArn }, context) => onArn(PolicyArn, context),
  async handle({ PolicyArn }, { accountId }) {
    const policy = await anyPolicy(platform, accountId, PolicyArn!);
    const answer = policyAnswer(policy, usesOfPolicies(platform.identity.directory, accountId));
    if (isAwsManaged(policy)) return { Policy: { ...answer, Tags: [] } };
    return { Policy: { ...answer, Description: policy.doc.description, Tags: [...policy.doc.tags] } };
  },
});

export const listPolicies = ({
  identity: { directory },
}: Platform): Operation<ListPoliciesCommandInput, ListPoliciesCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  handle(input, { accountId }) {
    const { Scope = 'All', OnlyAttached, PathPrefix = '/', PolicyUsageFilter, ...request } = input;
    const uses = usesOfPolicies(directory, accountId);
    const asBoundary = PolicyUsageFilter === 'PermissionsBoundary';
    const own = Scope === 'AWS' ? [] : directory.all(managedPolicies, accountId);
    const all = [...own, ...(Scope === 'Local' ? [] : awsManagedPolicies.values())]
      .map((policy) => policyAnswer(policy, uses))
      .filter((policy) => policy.Path?.startsWith(PathPrefix))
      .filter((policy) => !asBoundary || policy.PermissionsBoundaryUsageCount! > 0)
      .filter((policy) => !OnlyAttached || asBoundary || policy.AttachmentCount! > 0);
    const [Policies, end] = pageOf(all, ({ Arn }) => Arn!, request);
    return { Policies, ...end };
  },
});

export const deletePolicy = (platform: Platform): Operation<DeletePolicyCommandInput, DeletePolicyCommandOutput> => ({
  permissions: ({ PolicyArn }, context) => onArn(PolicyArn, context),
  async handle({ PolicyArn }, { accountId }) {
    const { directory } = platform.identity;
    const policy = await customerPolicy(platform, accountId, PolicyArn!);
    await directory.delete(managedPolicies, accountId, policy.name, ({ versions }) => {
      const { attached, boundaries } = usesOfPolicies(directory, accountId);
      if (attached.has(policy.arn) || boundaries.has(policy.arn)) {
        throw deleteConflict('Cannot delete a policy attached to entities.');
      }
      if (versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
            'The default version is deleted with the policy.',
        );
      }
    });
    return {};
  },
});
