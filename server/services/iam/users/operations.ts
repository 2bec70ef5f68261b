import type {
  CreateUserCommandInput,
  CreateUserCommandOutput,
  DeleteUserCommandInput,
  DeleteUserCommandOutput,
  DeleteUserPermissionsBoundaryCommandInput,
  DeleteUserPermissionsBoundaryCommandOutput,
  GetUserCommandInput,
  GetUserCommandOutput,
  ListUsersCommandInput,
  ListUsersCommandOutput,
  PutUserPermissionsBoundaryCommandInput,
  PutUserPermissionsBoundaryCommandOutput,
  UpdateUserCommandInput,
  UpdateUserCommandOutput,
} from '@aws-sdk/client-iam';
import { requirePolicy } from '../../../identity/directory.ts';
import { newId } from '../../../identity/ids.ts';
import { accessKeys, iamScope, type User, users } from '../../../identity/kinds.ts';
import { ofFirstPartition } from '../../../identity/policies/partitions.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { listedUser, userAnswer } from '../answers.ts';
import { deleteConflict, needsUserName } from '../errors.ts';
import { requireFreeName } from '../names.ts';
import { pageEnd, storeQuery } from '../paging.ts';
import { onArn, onEntity, onNewEntity } from '../permissions.ts';
import { tagConditions, tagsOf } from '../tag-list.ts';

const onUser =
  (platform: Platform) =>
  ({ UserName }: { UserName?: string }, context: RequestContext) =>
    onEntity(platform, 'user', UserName, context);

export const createUser = (platform: Platform): Operation<CreateUserCommandInput, CreateUserCommandOutput> => ({
  permissions: ({ UserName, Path, Tags, PermissionsBoundary }, context) =>
    onNewEntity('user', UserName, Path, context, {
      ...tagConditions(Tags),
      ...(PermissionsBoundary ? { 'iam:PermissionsBoundary': PermissionsBoundary } : {}),
    }),
  async handle({ UserName, Path = '/', PermissionsBoundary, Tags }, { accountId, now }) {
    const { directory } = platform.identity;
    requireFreeName(directory, users, accountId, UserName!);
    if (PermissionsBoundary !== undefined) requirePolicy(directory, PermissionsBoundary);
    const user: User = {
      id: newId('AIDA'),
      path: Path,
      createdAt: now.toISOString(),
      inlinePolicies: {},
      attachedPolicies: [],
      groups: [],
      tags: tagsOf(Tags),
      permissionsBoundary: PermissionsBoundary && ofFirstPartition(PermissionsBoundary),
    };
    return { User: userAnswer(await directory.create(users, accountId, UserName!, user)) };
  },
});

export const getUser = (platform: Platform): Operation<GetUserCommandInput, GetUserCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName }, { accountId, caller }) {
    const { rootAccount } = platform.identity;
    if (UserName === undefined && caller.kind === 'root') {
      const root = { UserId: accountId, Arn: caller.arn, CreateDate: rootAccount.createdAt };
      return { User: { ...root, Path: '/', UserName: 'root' } };
    }
    return { User: userAnswer(await platform.resources.get(users, iamScope(accountId), UserName ?? ownName(caller))) };
  },
});

/** The name of the user who asks, for operations whose UserName may be left out. */
export function ownName({ arn }: RequestContext['caller']): string {
  if (!arn.includes(':user/')) throw needsUserName();
  return arn.slice(arn.lastIndexOf('/') + 1);
}

export const listUsers = ({ resources }: Platform): Operation<ListUsersCommandInput, ListUsersCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  async handle({ PathPrefix = '/', ...request }, { accountId }) {
    const page = await resources.list(users, iamScope(accountId), storeQuery(request));
    const Users = page.items.filter(({ doc }) => doc.path.startsWith(PathPrefix)).map(listedUser);
    return { Users, ...pageEnd(page) };
  },
});

export const updateUser = (platform: Platform): Operation<UpdateUserCommandInput, UpdateUserCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName, NewUserName, NewPath }, { accountId }) {
    const { directory } = platform.identity;
    const user = await directory.update(users, accountId, UserName!, (doc) => ({ ...doc, path: NewPath ?? doc.path }));
    if (NewUserName !== undefined && NewUserName !== UserName) await rename(platform, user, NewUserName);
    return {};
  },
});

/** Each step leaves keys that work, and a rename that was cut short is finished by asking again. */
async function rename(
  { identity: { directory } }: Platform,
  user: { accountId: string; name: string; doc: User },
  to: string,
) {
  const { accountId, name, doc } = user;
  if (directory.user(accountId, to)?.doc.id !== doc.id) await directory.create(users, accountId, to, doc);
  for (const key of directory.all(accessKeys, accountId).filter((key) => key.doc.userId === doc.id)) {
    await directory.update(accessKeys, accountId, key.name, (old) => ({ ...old, userName: to }));
  }
  await directory.delete(users, accountId, name);
}

export const deleteUser = (platform: Platform): Operation<DeleteUserCommandInput, DeleteUserCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName }, { accountId }) {
    const { directory } = platform.identity;
    await directory.delete(users, accountId, UserName!, (user) => {
      const refuse = (what: string) => deleteConflict(`Cannot delete entity, must ${what} first.`);
      if (user.attachedPolicies.length > 0) throw refuse('detach all policies');
      if (Object.keys(user.inlinePolicies).length > 0) throw refuse('delete policies');
      if (user.groups.length > 0) throw refuse('remove users from group');
      if (directory.all(accessKeys, accountId).some(({ doc }) => doc.userId === user.id)) {
        throw refuse('delete access keys');
      }
    });
    return {};
  },
});

export const putUserPermissionsBoundary = (
  platform: Platform,
): Operation<PutUserPermissionsBoundaryCommandInput, PutUserPermissionsBoundaryCommandOutput> => ({
  permissions: ({ UserName, PermissionsBoundary }, context) =>
    onEntity(platform, 'user', UserName, context, { 'iam:PermissionsBoundary': PermissionsBoundary ?? '' }),
  async handle({ UserName, PermissionsBoundary }, { accountId }) {
    const { directory } = platform.identity;
    requirePolicy(directory, PermissionsBoundary!);
    await directory.update(users, accountId, UserName!, (user) => ({
      ...user,
      permissionsBoundary: ofFirstPartition(PermissionsBoundary!),
    }));
    return {};
  },
});

export const deleteUserPermissionsBoundary = (
  platform: Platform,
): Operation<DeleteUserPermissionsBoundaryCommandInput, DeleteUserPermissionsBoundaryCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName }, { accountId }) {
    await platform.identity.directory.update(
      users,
      accountId,
      UserName!,
      ({ permissionsBoundary: _, ...user }) => user,
    );
    return {};
  },
});
