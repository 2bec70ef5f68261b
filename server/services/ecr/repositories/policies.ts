import type {
  DeleteRepositoryPolicyCommandInput,
  DeleteRepositoryPolicyCommandOutput,
  GetRepositoryPolicyCommandInput,
  GetRepositoryPolicyCommandOutput,
  SetRepositoryPolicyCommandInput,
  SetRepositoryPolicyCommandOutput,
} from '@aws-sdk/client-ecr';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { invalidParameter, policyNotFound } from '../errors.ts';
import { checkOwnRegistry, permissionsOn, repositories } from '../repository.ts';

function checkPolicy(text: string): void {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null && 'Statement' in policy) return;
  } catch {}
  throw invalidParameter(
    "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
  );
}

export const setRepositoryPolicy = ({
  resources,
}: Platform): Operation<SetRepositoryPolicyCommandInput, SetRepositoryPolicyCommandOutput> => ({
  permissions: permissionsOn('SetRepositoryPolicy'),
  async handle(input, context) {
    checkOwnRegistry(input, context);
    const { repositoryName, policyText } = input;
    checkPolicy(policyText!);
    await resources.update(repositories, context, repositoryName!, (repository) => ({ ...repository, policyText }));
    return { registryId: context.accountId, repositoryName, policyText };
  },
});

export const getRepositoryPolicy = ({
  resources,
}: Platform): Operation<GetRepositoryPolicyCommandInput, GetRepositoryPolicyCommandOutput> => ({
  permissions: permissionsOn('GetRepositoryPolicy'),
  async handle(input, context) {
    checkOwnRegistry(input, context);
    const { name, doc } = await resources.get(repositories, context, input.repositoryName!);
    if (doc.policyText === undefined) throw policyNotFound(name, context.accountId);
    return { registryId: context.accountId, repositoryName: name, policyText: doc.policyText };
  },
});

export const deleteRepositoryPolicy = ({
  resources,
}: Platform): Operation<DeleteRepositoryPolicyCommandInput, DeleteRepositoryPolicyCommandOutput> => ({
  permissions: permissionsOn('DeleteRepositoryPolicy'),
  async handle(input, context) {
    checkOwnRegistry(input, context);
    const repositoryName = input.repositoryName!;
    let deleted: string | undefined;
    await resources.update(repositories, context, repositoryName, (repository) => {
      deleted = repository.policyText;
      if (deleted === undefined) throw policyNotFound(repositoryName, context.accountId);
      const { policyText, ...rest } = repository;
      return rest;
    });
    return { registryId: context.accountId, repositoryName, policyText: deleted };
  },
});
