import type {
  CreateRepositoryCommandInput,
  CreateRepositoryCommandOutput,
  DeleteRepositoryCommandInput,
  DeleteRepositoryCommandOutput,
  DescribeRepositoriesCommandInput,
  DescribeRepositoriesCommandOutput,
  Repository as RepositoryDescription,
} from '@aws-sdk/client-ecr';
import type { Runtime } from '../../../compute/runtimes/table.ts';
import { ServiceError } from '../../../errors.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Resource } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { invalidToken, repositoryNotFound } from '../errors.ts';
import { paged } from '../paging.ts';
import {
  checkOwnRegistry,
  permissionsOn,
  type Repository,
  registryHost,
  repositories,
  repositoryArn,
} from '../repository.ts';
import { checkedTags, tagConditions } from './tag-rules.ts';

const DEFAULT_PAGE = 100;

type Wanted = Pick<DescribeRepositoriesCommandInput, 'repositoryNames' | 'nextToken'> & { readonly maxResults: number };

const descriptionOf = (resource: Resource<Repository>): RepositoryDescription => ({
  repositoryArn: resource.arn,
  registryId: resource.accountId,
  repositoryName: resource.name,
  repositoryUri: `${registryHost(resource)}/${resource.name}`,
  createdAt: resource.createdAt,
  imageTagMutability: resource.doc.imageTagMutability,
  imageTagMutabilityExclusionFilters: resource.doc.exclusionFilters,
  imageScanningConfiguration: { scanOnPush: resource.doc.scanOnPush },
  encryptionConfiguration: resource.doc.encryption,
});

export const createRepository = ({
  resources,
}: Platform): Operation<CreateRepositoryCommandInput, CreateRepositoryCommandOutput> => ({
  permissions: (input, context) => {
    const resource = repositoryArn(context, input.repositoryName!);
    const conditions = tagConditions(input.tags);
    const create = { action: 'ecr:CreateRepository', resource, conditions };
    return input.tags?.length ? [create, { action: 'ecr:TagResource', resource, conditions }] : [create];
  },
  async handle(input, context) {
    checkOwnRegistry(input, context);
    const repository: Repository = {
      imageTagMutability: input.imageTagMutability ?? 'MUTABLE',
      exclusionFilters: input.imageTagMutabilityExclusionFilters,
      scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      encryption: {
        encryptionType: input.encryptionConfiguration?.encryptionType ?? 'AES256',
        kmsKey: input.encryptionConfiguration?.kmsKey,
      },
    };
    const options = { tags: checkedTags(input.tags ?? [], []), now: context.now };
    const created = await resources.create(repositories, context, input.repositoryName!, repository, options);
    return { repository: descriptionOf(created) };
  },
});

/** No images are pushed here, so there are none that would have to be forced away. */
export const deleteRepository = ({
  resources,
}: Platform): Operation<DeleteRepositoryCommandInput, DeleteRepositoryCommandOutput> => ({
  permissions: permissionsOn('DeleteRepository'),
  async handle(input, context) {
    checkOwnRegistry(input, context);
    const name = input.repositoryName!;
    const resource = await resources.get(repositories, context, name);
    await resources.delete(repositories, context, name);
    return { repository: descriptionOf(resource) };
  },
});

/**
 * The caller's own repositories; of any other registry those that the runtimes stand for, as with images: it is taken
 * for one of AWS's.
 */
export const describeRepositories = (
  { resources }: Platform,
  runtimes: readonly Runtime[],
): Operation<DescribeRepositoriesCommandInput, DescribeRepositoriesCommandOutput> => ({
  permissions: ({ registryId, repositoryNames }, context) =>
    (repositoryNames ?? [undefined]).flatMap((repositoryName) =>
      permissionsOn('DescribeRepositories')({ registryId, repositoryName }, context),
    ),
  async handle(input, context) {
    const { registryId = context.accountId, repositoryNames, nextToken, maxResults = DEFAULT_PAGE } = input;
    if (registryId !== context.accountId) {
      const registry = { accountId: registryId, region: context.region };
      return publicRepositories(runtimes, registry, { repositoryNames, nextToken, maxResults });
    }
    if (repositoryNames) {
      const found = await Promise.all(repositoryNames.map((name) => resources.get(repositories, context, name)));
      return { repositories: found.map(descriptionOf) };
    }
    const query = { sortBy: 'name', order: 'ascending', limit: maxResults, token: nextToken } as const;
    const page = await resources.list(repositories, context, query).catch((error) => {
      // Of all that a list is made with only its token can be wrong, which ECR tells in words of its own.
      throw error instanceof ServiceError && error.code === 'ValidationException' ? invalidToken() : error;
    });
    return { repositories: page.items.map(descriptionOf), nextToken: page.nextToken };
  },
});

function publicRepositories(
  runtimes: readonly Runtime[],
  registry: Scope,
  { repositoryNames, nextToken, maxResults }: Wanted,
): Omit<DescribeRepositoriesCommandOutput, '$metadata'> {
  const names = [...new Set(runtimes.flatMap((runtime) => runtime.repositories))];
  const missing = repositoryNames?.find((name) => !names.includes(name));
  if (missing !== undefined) throw repositoryNotFound(missing, registry.accountId);
  const whole = { page: repositoryNames ?? [], nextToken: undefined };
  const found = repositoryNames ? whole : paged(names, nextToken, maxResults);
  return {
    repositories: found.page.map((repositoryName) => ({
      repositoryArn: repositoryArn(registry, repositoryName),
      registryId: registry.accountId,
      repositoryName,
      repositoryUri: `${registryHost(registry)}/${repositoryName}`,
    })),
    nextToken: found.nextToken,
  };
}
