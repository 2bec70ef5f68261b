import type {
  AddTagsCommandInput,
  AddTagsCommandOutput,
  DeleteTagsCommandInput,
  DeleteTagsCommandOutput,
  ListTagsCommandInput,
  ListTagsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import type { Operation, Operations, RequestContext } from '../../../operations.ts';
import type { ResourceStore, Tag } from '../../../resources/resource-store.ts';
import { tagConditions } from '../permissions.ts';

export function tagOperations(resources: ResourceStore): Operations {
  /** The ARN as it is stored: in lower case, whatever the client wrote. */
  const taggable = async (arn: string, { accountId, region }: RequestContext): Promise<string> => {
    const found = await resources.findAnyByArn(normalArn(arn));
    if (found?.accountId === accountId && found.region === region) return found.arn;
    throw validationError(`Could not find resource "${arn}".`);
  };

  const AddTags: Operation<AddTagsCommandInput, AddTagsCommandOutput> = {
    permissions: (input) => [
      { action: 'sagemaker:AddTags', resource: normalArn(input.ResourceArn), conditions: tagConditions(input.Tags) },
    ],
    async handle(input, context) {
      const arn = await taggable(input.ResourceArn!, context);
      return { Tags: await resources.addTags(arn, (input.Tags ?? []) as Tag[]) };
    },
  };

  const ListTags: Operation<ListTagsCommandInput, ListTagsCommandOutput> = {
    permissions: (input) => [{ action: 'sagemaker:ListTags', resource: normalArn(input.ResourceArn) }],
    async handle(input, context) {
      // A page holds at least 50 tags and a resource at most that many: there is no second page, and no token of ours.
      if (input.NextToken !== undefined) throw validationError('Invalid pagination token.');
      return { Tags: await resources.tags(await taggable(input.ResourceArn!, context)) };
    },
  };

  const DeleteTags: Operation<DeleteTagsCommandInput, DeleteTagsCommandOutput> = {
    permissions: (input) => [
      {
        action: 'sagemaker:DeleteTags',
        resource: normalArn(input.ResourceArn),
        conditions: { 'aws:TagKeys': input.TagKeys ?? [] },
      },
    ],
    async handle(input, context) {
      await resources.removeTags(await taggable(input.ResourceArn!, context), input.TagKeys ?? []);
      return {};
    },
  };

  return { AddTags, ListTags, DeleteTags };
}

/** Policies are checked on the ARN as it is, not on another spelling that a policy does not name. */
const normalArn = (arn = '') => arn.toLowerCase();
