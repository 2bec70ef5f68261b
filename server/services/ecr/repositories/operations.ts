import type {
  CreateRepositoryCommandInput,
  CreateRepositoryCommandOutput,
  DeleteRepositoryCommandInput,
  DeleteRepositoryCommandOutput,
  DescribeRepositoriesCommandInput,
  DescribeRepositoriesCommandOutput,
  Repository as RepositoryDescription,
} from '@aws-sdk/client-ecr';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Resource } from '../../../resources/resource-store.ts';
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

export const describeRepositories = ({
  resources,
}: Platform): Operation<DescribeRepositoriesCommandInput, DescribeRepositoriesCommandOutput> => ({
  permissions: ({ registryId, repositoryNames }, context) =>
    (repositoryNames ?? [undefined]).flatMap((repositoryName) =>
      permissionsOn('DescribeRepositories')({ registryId, repositoryName }, context),
    ),
  async handle(input, context) {
    checkOwnRegistry({ registryId: input.registryId, repositoryName: input.repositoryNames?.[0] }, context);
    if (input.repositoryNames) {
      const found = await Promise.all(input.repositoryNames.map((name) => resources.get(repositories, context, name)));
      return { repositories: found.map(descriptionOf) };
    }
    const page = await resources.list(repositories, context, {
      sortBy: 'name',
      order: 'ascending',
      limit: input.maxResults ?? DEFAULT_PAGE,
      token: input.nextToken,
    });
    return { repositories: page.items.map(descriptionOf), nextToken: page.nextToken };
  },
});
