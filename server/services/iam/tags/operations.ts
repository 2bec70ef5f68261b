import type {
  ListPolicyTagsCommandInput,
  ListPolicyTagsCommandOutput,
  TagPolicyCommandInput,
  TagPolicyCommandOutput,
  UntagPolicyCommandInput,
  UntagPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { iamScope, instanceProfiles, managedPolicies, roles, users } from '../../../identity/kinds.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Kind, Tag } from '../../../resources/resource-store.ts';
import { customerPolicy } from '../managed-policies.ts';
import { type PageEnd, type PageRequest, pageOf } from '../paging.ts';
import { onArn, onEntity } from '../permissions.ts';
import { tagConditions, withoutTags, withTags } from '../tag-list.ts';

interface Tagged {
  readonly tags: readonly Tag[];
}

interface TagInput extends PageRequest {
  readonly UserName?: string;
  readonly RoleName?: string;
  readonly InstanceProfileName?: string;
  readonly Tags?: readonly Tag[];
  readonly TagKeys?: readonly string[];
}

type Tags = PageEnd & { Tags: Tag[] };

const pageOfTags = ({ tags }: Tagged, request: PageRequest): Tags => {
  const [page, end] = pageOf(tags, ({ Key }) => Key, request);
  return { Tags: page, ...end };
};

const taggedTypes = {
  User: { kind: users, type: 'user' },
  Role: { kind: roles, type: 'role' },
  InstanceProfile: { kind: instanceProfiles, type: 'instance-profile' },
} as const;

/** Tag, untag and list, for one type of entity. */
export function entityTagOperations(platform: Platform, label: keyof typeof taggedTypes) {
  const { directory } = platform.identity;
  const { type } = taggedTypes[label];
  const kind = taggedTypes[label].kind as unknown as Kind<Tagged>;
  const nameIn = (input: TagInput) => input[`${label}Name`]!;
  const change = async (input: TagInput, accountId: string, step: (tags: readonly Tag[]) => readonly Tag[]) => {
    await directory.update(kind, accountId, nameIn(input), (doc) => ({ ...doc, tags: step(doc.tags) }));
    return {};
  };
  const permissions: Operation<TagInput>['permissions'] = (input, context) =>
    onEntity(platform, type, nameIn(input), context, tagConditions(input.Tags));
  const tag: Operation<TagInput, object> = {
    permissions,
    handle: (input, { accountId }) => change(input, accountId, (tags) => withTags(tags, input.Tags ?? [])),
  };
  const untag: Operation<TagInput, object> = {
    permissions,
    handle: (input, { accountId }) => change(input, accountId, (tags) => withoutTags(tags, input.TagKeys ?? [])),
  };
  const list: Operation<TagInput, Tags> = {
    permissions,
    async handle(input, { accountId }) {
      const { doc } = await platform.resources.get(kind, iamScope(accountId), nameIn(input));
      return pageOfTags(doc, input);
    },
  };
  return { [`Tag${label}`]: tag, [`Untag${label}`]: untag, [`List${label}Tags`]: list };
}

export const tagPolicy = (platform: Platform): Operation<TagPolicyCommandInput, TagPolicyCommandOutput> => ({
  permissions: ({ PolicyArn, Tags }, context) => onArn(PolicyArn, context, tagConditions(Tags)),
  async handle({ PolicyArn, Tags = [] }, { accountId }) {
    const { name } = await customerPolicy(platform, accountId, PolicyArn!);
    await platform.identity.directory.update(managedPolicies, accountId, name, (policy) => ({
      ...policy,
      tags: withTags(policy.tags, Tags),
    }));
    return {};
  },
});

export const untagPolicy = (platform: Platform): Operation<UntagPolicyCommandInput, UntagPolicyCommandOutput> => ({
  permissions: ({ PolicyArn }, context) => onArn(PolicyArn, context),
  async handle({ PolicyArn, TagKeys = [] }, { accountId }) {
    const { name } = await customerPolicy(platform, accountId, PolicyArn!);
    await platform.identity.directory.update(managedPolicies, accountId, name, (policy) => ({
      ...policy,
      tags: withoutTags(policy.tags, TagKeys),
    }));
    return {};
  },
});

export const listPolicyTags = (
  platform: Platform,
): Operation<ListPolicyTagsCommandInput, ListPolicyTagsCommandOutput> => ({
  permissions: ({ PolicyArn }, context) => onArn(PolicyArn, context),
  async handle({ PolicyArn, ...request }, { accountId }) {
    return pageOfTags((await customerPolicy(platform, accountId, PolicyArn!)).doc, request);
  },
});
