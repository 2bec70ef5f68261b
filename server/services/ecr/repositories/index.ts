import type { Runtime } from '../../../compute/runtimes/table.ts';
import type { Feature, Platform } from '../../../platform.ts';
import { createRepository, deleteRepository, describeRepositories } from './operations.ts';
import { deleteRepositoryPolicy, getRepositoryPolicy, setRepositoryPolicy } from './policies.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

export const repositoriesFeature = (platform: Platform, runtimes: readonly Runtime[]): Feature => ({
  service: 'ecr',
  operations: {
    CreateRepository: createRepository(platform),
    DeleteRepository: deleteRepository(platform),
    DescribeRepositories: describeRepositories(platform, runtimes),
    SetRepositoryPolicy: setRepositoryPolicy(platform),
    GetRepositoryPolicy: getRepositoryPolicy(platform),
    DeleteRepositoryPolicy: deleteRepositoryPolicy(platform),
    TagResource: tagResource(platform),
    UntagResource: untagResource(platform),
    ListTagsForResource: listTagsForResource(platform),
  },
});
