import type {
  CreateGroupCommandInput,
  CreateGroupCommandOutput,
  DeleteGroupCommandInput,
  DeleteGroupCommandOutput,
  GetGroupCommandInput,
  GetGroupCommandOutput,
  ListGroupsCommandInput,
  ListGroupsCommandOutput,
} from '@aws-sdk/client-iam';
import type { Directory } from '../../../identity/directory.ts';
import { newId } from '../../../identity/ids.ts';
import { groups, iamScope, users } from '../../../identity/kinds.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { groupAnswer, listedUser } from '../answers.ts';
import { deleteConflict } from '../errors.ts';
import { requireFreeName } from '../names.ts';
import { pageEnd, pageOf, storeQuery } from '../paging.ts';
import { onArn, onEntity, onNewEntity } from '../permissions.ts';

const onGroup =
  (platform: Platform) =>
  ({ GroupName }: { GroupName?: string }, context: RequestContext) =>
    onEntity(platform, 'group', GroupName, context);

const membersOf = (directory: Directory, accountId: string, group: string) =>
  directory.all(users, accountId).filter(({ doc }) => doc.groups.includes(group));

export const createGroup = (platform: Platform): Operation<CreateGroupCommandInput, CreateGroupCommandOutput> => ({
  permissions: ({ GroupName, Path }, context) => onNewEntity('group', GroupName, Path, context),
  async handle({ GroupName, Path = '/' }, { accountId, now }) {
    requireFreeName(platform.identity.directory, groups, accountId, GroupName!);
    const group = await platform.identity.directory.create(groups, accountId, GroupName!, {
      id: newId('AGPA'),
      path: Path,
      createdAt: now.toISOString(),
      inlinePolicies: {},
      attachedPolicies: [],
    });
    return { Group: groupAnswer(group) };
  },
});

export const getGroup = (platform: Platform): Operation<GetGroupCommandInput, GetGroupCommandOutput> => ({
  permissions: onGroup(platform),
  async handle({ GroupName, ...request }, { accountId }) {
    const group = await platform.resources.get(groups, iamScope(accountId), GroupName!);
    const members = membersOf(platform.identity.directory, accountId, group.name);
    const [page, end] = pageOf(members, ({ name }) => name, request);
    return { Group: groupAnswer(group), Users: page.map(listedUser), ...end };
  },
});

export const listGroups = ({ resources }: Platform): Operation<ListGroupsCommandInput, ListGroupsCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  async handle({ PathPrefix = '/', ...request }, { accountId }) {
    const page = await resources.list(groups, iamScope(accountId), storeQuery(request));
    const Groups = page.items.filter(({ doc }) => doc.path.startsWith(PathPrefix)).map(groupAnswer);
    return { Groups, ...pageEnd(page) };
  },
});

export const deleteGroup = (platform: Platform): Operation<DeleteGroupCommandInput, DeleteGroupCommandOutput> => ({
  permissions: onGroup(platform),
  async handle({ GroupName }, { accountId }) {
    const { directory } = platform.identity;
    await directory.delete(groups, accountId, GroupName!, (group) => {
      const refuse = (what: string) => deleteConflict(`Cannot delete entity, must ${what} first.`);
      if (membersOf(directory, accountId, GroupName!).length > 0) throw refuse('remove users from group');
      if (group.attachedPolicies.length > 0) throw refuse('detach all policies');
      if (Object.keys(group.inlinePolicies).length > 0) throw refuse('delete policies');
    });
    return {};
  },
});
