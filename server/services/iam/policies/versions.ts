import type {
  CreatePolicyVersionCommandInput,
  CreatePolicyVersionCommandOutput,
  DeletePolicyVersionCommandInput,
  DeletePolicyVersionCommandOutput,
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
  ListPolicyVersionsCommandInput,
  ListPolicyVersionsCommandOutput,
  SetDefaultPolicyVersionCommandInput,
  SetDefaultPolicyVersionCommandOutput,
} from '@aws-sdk/client-iam';
import { type ManagedPolicy, managedPolicies, noSuchEntity } from '../../../identity/kinds.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { deleteConflict, tooManyVersions } from '../errors.ts';
import { anyPolicy, customerPolicy, versionAnswer, versionsOf } from '../managed-policies.ts';
import { pageOf } from '../paging.ts';
import { onArn } from '../permissions.ts';
import { checkedPolicy } from './operations.ts';

const MOST_VERSIONS = 5;

const onPolicy = ({ PolicyArn }: { PolicyArn?: string }, context: RequestContext) => onArn(PolicyArn, context);

const versionNotFound = (arn: string, id: string) =>
  noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);

/** Changes one of the account's own policies. */
async function change(
  platform: Platform,
  accountId: string,
  arn: string,
  step: (policy: ManagedPolicy) => ManagedPolicy,
) {
  const { name } = await customerPolicy(platform, accountId, arn);
  return platform.identity.directory.update(managedPolicies, accountId, name, step);
}

export const createPolicyVersion = (
  platform: Platform,
): Operation<CreatePolicyVersionCommandInput, CreatePolicyVersionCommandOutput> => ({
  permissions: onPolicy,
  async handle({ PolicyArn, PolicyDocument, SetAsDefault = false }, { accountId, now }) {
    const document = checkedPolicy(PolicyDocument!);
    const createdAt = now.toISOString();
    const { doc } = await change(platform, accountId, PolicyArn!, (policy) => {
      if (policy.versions.length >= MOST_VERSIONS) throw tooManyVersions(MOST_VERSIONS);
      const lastVersion = policy.lastVersion + 1;
      const id = `v${lastVersion}`;
      return {
        ...policy,
        lastVersion,
        updatedAt: createdAt,
        versions: [{ id, document, createdAt }, ...policy.versions],
        defaultVersionId: SetAsDefault ? id : policy.defaultVersionId,
      };
    });
    return { PolicyVersion: versionAnswer(doc.versions[0]!, doc.defaultVersionId) };
  },
});

export const getPolicyVersion = (
  platform: Platform,
): Operation<GetPolicyVersionCommandInput, GetPolicyVersionCommandOutput> => ({
  permissions: onPolicy,
  async handle({ PolicyArn, VersionId }, { accountId }) {
    const [versions, defaultId] = versionsOf(await anyPolicy(platform, accountId, PolicyArn!));
    const version = versions.find(({ id }) => id === VersionId);
    if (!version) throw versionNotFound(PolicyArn!, VersionId!);
    return { PolicyVersion: versionAnswer(version, defaultId, true) };
  },
});

export const listPolicyVersions = (
  platform: Platform,
): Operation<ListPolicyVersionsCommandInput, ListPolicyVersionsCommandOutput> => ({
  permissions: onPolicy,
  async handle({ PolicyArn, ...request }, { accountId }) {
    const [versions, defaultId] = versionsOf(await anyPolicy(platform, accountId, PolicyArn!));
    // Newest first, as numbers: v10 comes before v9.
    const newestFirst = ({ id }: { id: string }) => String(1e9 - Number(id.slice(1)));
    const [page, end] = pageOf(versions, newestFirst, request);
    return { Versions: page.map((version) => versionAnswer(version, defaultId)), ...end };
  },
});

export const setDefaultPolicyVersion = (
  platform: Platform,
): Operation<SetDefaultPolicyVersionCommandInput, SetDefaultPolicyVersionCommandOutput> => ({
  permissions: onPolicy,
  async handle({ PolicyArn, VersionId }, { accountId, now }) {
    await change(platform, accountId, PolicyArn!, (policy) => {
      if (!policy.versions.some(({ id }) => id === VersionId)) throw versionNotFound(PolicyArn!, VersionId!);
      return { ...policy, defaultVersionId: VersionId!, updatedAt: now.toISOString() };
    });
    return {};
  },
});

export const deletePolicyVersion = (
  platform: Platform,
): Operation<DeletePolicyVersionCommandInput, DeletePolicyVersionCommandOutput> => ({
  permissions: onPolicy,
  async handle({ PolicyArn, VersionId }, { accountId, now }) {
    await change(platform, accountId, PolicyArn!, (policy) => {
      const versions = policy.versions.filter(({ id }) => id !== VersionId);
      if (versions.length === policy.versions.length) throw versionNotFound(PolicyArn!, VersionId!);
      if (policy.defaultVersionId === VersionId) {
        throw deleteConflict('Cannot delete the default version of a policy.');
      }
      return { ...policy, versions, updatedAt: now.toISOString() };
    });
    return {};
  },
});
