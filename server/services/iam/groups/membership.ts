import type {
  AddUserToGroupCommandInput,
  AddUserToGroupCommandOutput,
  ListGroupsForUserCommandInput,
  ListGroupsForUserCommandOutput,
  RemoveUserFromGroupCommandInput,
  RemoveUserFromGroupCommandOutput,
} from '@aws-sdk/client-iam';
import { groups, iamScope, users } from '../../../identity/kinds.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { groupAnswer } from '../answers.ts';
import { limitExceeded } from '../errors.ts';
import { pageOf } from '../paging.ts';
import { onEntity } from '../permissions.ts';

const PER_USER = 10;

const onGroup =
  (platform: Platform) =>
  ({ GroupName }: { GroupName?: string }, context: RequestContext) =>
    onEntity(platform, 'group', GroupName, context);

export const addUserToGroup = (
  platform: Platform,
): Operation<AddUserToGroupCommandInput, AddUserToGroupCommandOutput> => ({
  permissions: onGroup(platform),
  async handle({ GroupName, UserName }, { accountId }) {
    const group = await platform.resources.get(groups, iamScope(accountId), GroupName!);
    await platform.identity.directory.update(users, accountId, UserName!, (user) => {
      if (user.groups.includes(group.name)) return user;
      if (user.groups.length >= PER_USER) throw limitExceeded('GroupsPerUser', PER_USER);
      return { ...user, groups: [...user.groups, group.name] };
    });
    return {};
  },
});

export const removeUserFromGroup = (
  platform: Platform,
): Operation<RemoveUserFromGroupCommandInput, RemoveUserFromGroupCommandOutput> => ({
  permissions: onGroup(platform),
  async handle({ GroupName, UserName }, { accountId }) {
    const group = await platform.resources.get(groups, iamScope(accountId), GroupName!);
    await platform.identity.directory.update(users, accountId, UserName!, (user) =>
      user.groups.includes(group.name) ? { ...user, groups: user.groups.filter((name) => name !== group.name) } : user,
    );
    return {};
  },
});

export const listGroupsForUser = (
  platform: Platform,
): Operation<ListGroupsForUserCommandInput, ListGroupsForUserCommandOutput> => ({
  permissions: ({ UserName }, context) => onEntity(platform, 'user', UserName, context),
  async handle({ UserName, ...request }, { accountId }) {
    const user = await platform.resources.get(users, iamScope(accountId), UserName!);
    const own = user.doc.groups
      .map((name) => platform.identity.directory.group(accountId, name))
      .filter((group) => group !== undefined);
    const [page, end] = pageOf(own, ({ name }) => name, request);
    return { Groups: page.map(groupAnswer), ...end };
  },
});
