import type {
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  TagResourceCommandInput,
  TagResourceCommandOutput,
  UntagResourceCommandInput,
  UntagResourceCommandOutput,
} from '@aws-sdk/client-ecr';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { ResourceStore } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { invalidParameter, repositoryNotFound } from '../errors.ts';
import { repositories, repositoryArn } from '../repository.ts';
import { checkedTags, tagConditions } from './tag-rules.ts';

/** Throws unless the ARN is that of a repository in the caller's registry. */
async function checkRepository(resources: ResourceStore, scope: Scope, arn: string): Promise<void> {
  const prefix = repositoryArn(scope, '');
  if (!/^arn:[^:]+:ecr:[^:]*:[^:]*:repository\/./.test(arn)) {
    throw invalidParameter(
      `Invalid parameter at 'resourceArn' failed to satisfy constraint: 'must be the ARN of a repository'`,
    );
  }
  const found = arn.startsWith(prefix) && (await resources.find(repositories, scope, arn.slice(prefix.length)));
  if (!found) throw repositoryNotFound(arn.slice(arn.indexOf('/') + 1), arn.split(':')[4] ?? '');
}

export const tagResource = ({ resources }: Platform): Operation<TagResourceCommandInput, TagResourceCommandOutput> => ({
  permissions: (input) => [
    { action: 'ecr:TagResource', resource: input.resourceArn!, conditions: tagConditions(input.tags) },
  ],
  async handle(input, context) {
    const arn = input.resourceArn!;
    await checkRepository(resources, context, arn);
    await resources.addTags(arn, checkedTags(input.tags!, await resources.tags(arn)));
    return {};
  },
});

export const untagResource = ({
  resources,
}: Platform): Operation<UntagResourceCommandInput, UntagResourceCommandOutput> => ({
  permissions: (input) => [
    { action: 'ecr:UntagResource', resource: input.resourceArn!, conditions: { 'aws:TagKeys': input.tagKeys! } },
  ],
  async handle(input, context) {
    await checkRepository(resources, context, input.resourceArn!);
    await resources.removeTags(input.resourceArn!, input.tagKeys!);
    return {};
  },
});

export const listTagsForResource = ({
  resources,
}: Platform): Operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput> => ({
  permissions: (input) => [{ action: 'ecr:ListTagsForResource', resource: input.resourceArn! }],
  async handle(input, context) {
    await checkRepository(resources, context, input.resourceArn!);
    return { tags: await resources.tags(input.resourceArn!) };
  },
});
