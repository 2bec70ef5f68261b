import type {
  CreateInstanceProfileCommandInput,
  CreateInstanceProfileCommandOutput,
  DeleteInstanceProfileCommandInput,
  DeleteInstanceProfileCommandOutput,
  GetInstanceProfileCommandInput,
  GetInstanceProfileCommandOutput,
  ListInstanceProfilesCommandInput,
  ListInstanceProfilesCommandOutput,
} from '@aws-sdk/client-iam';
import { newId } from '../../../identity/ids.ts';
import { type InstanceProfile, iamScope, instanceProfiles } from '../../../identity/kinds.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Resource } from '../../../resources/resource-store.ts';
import { instanceProfileAnswer } from '../answers.ts';
import { rolesInProfile } from '../errors.ts';
import { requireFreeName } from '../names.ts';
import { pageEnd, storeQuery } from '../paging.ts';
import { onArn, onEntity, onNewEntity } from '../permissions.ts';
import { tagConditions, tagsOf } from '../tag-list.ts';

export const onProfile =
  (platform: Platform) =>
  ({ InstanceProfileName }: { InstanceProfileName?: string }, context: RequestContext) =>
    onEntity(platform, 'instance-profile', InstanceProfileName, context);

export const createInstanceProfile = ({
  identity: { directory },
}: Platform): Operation<CreateInstanceProfileCommandInput, CreateInstanceProfileCommandOutput> => ({
  permissions: ({ InstanceProfileName, Path, Tags }, context) =>
    onNewEntity('instance-profile', InstanceProfileName, Path, context, tagConditions(Tags)),
  async handle({ InstanceProfileName: name, Path = '/', Tags }, { accountId, now }) {
    requireFreeName(directory, instanceProfiles, accountId, name!);
    const doc = { id: newId('AIPA'), path: Path, createdAt: now.toISOString(), tags: tagsOf(Tags) };
    const made = await directory.create<InstanceProfile>(instanceProfiles, accountId, name!, doc);
    return { InstanceProfile: withTags(made, instanceProfileAnswer(made, directory)) };
  },
});

/** Lists leave tags out. */
const withTags = <Answer>({ doc: { tags } }: Resource<InstanceProfile>, answer: Answer) => ({
  ...answer,
  Tags: tags.length > 0 ? [...tags] : undefined,
});

export const getInstanceProfile = (
  platform: Platform,
): Operation<GetInstanceProfileCommandInput, GetInstanceProfileCommandOutput> => ({
  permissions: onProfile(platform),
  async handle({ InstanceProfileName }, { accountId }) {
    const found = await platform.resources.get(instanceProfiles, iamScope(accountId), InstanceProfileName!);
    return { InstanceProfile: withTags(found, instanceProfileAnswer(found, platform.identity.directory)) };
  },
});

export const listInstanceProfiles = ({
  resources,
  identity: { directory },
}: Platform): Operation<ListInstanceProfilesCommandInput, ListInstanceProfilesCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  async handle({ PathPrefix = '/', ...request }, { accountId }) {
    const page = await resources.list(instanceProfiles, iamScope(accountId), storeQuery(request));
    const wanted = page.items.filter(({ doc }) => doc.path.startsWith(PathPrefix));
    return { InstanceProfiles: wanted.map((profile) => instanceProfileAnswer(profile, directory)), ...pageEnd(page) };
  },
});

export const deleteInstanceProfile = (
  platform: Platform,
): Operation<DeleteInstanceProfileCommandInput, DeleteInstanceProfileCommandOutput> => ({
  permissions: onProfile(platform),
  async handle({ InstanceProfileName }, { accountId }) {
    await platform.identity.directory.delete(instanceProfiles, accountId, InstanceProfileName!, ({ role }) => {
      if (role !== undefined) throw rolesInProfile();
    });
    return {};
  },
});
