import type {
  CreateAccessKeyCommandInput,
  CreateAccessKeyCommandOutput,
  DeleteAccessKeyCommandInput,
  DeleteAccessKeyCommandOutput,
  GetAccessKeyLastUsedCommandInput,
  GetAccessKeyLastUsedCommandOutput,
  ListAccessKeysCommandInput,
  ListAccessKeysCommandOutput,
  UpdateAccessKeyCommandInput,
  UpdateAccessKeyCommandOutput,
} from '@aws-sdk/client-iam';
import { newKeyId, newSecret } from '../../../identity/ids.ts';
import { type AccessKey, accessKeys, iamScope, users } from '../../../identity/kinds.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { limitExceeded, needsUserName, validationFailed } from '../errors.ts';
import { pageOf } from '../paging.ts';
import { onArn, onEntity } from '../permissions.ts';

const PER_USER = 2;

const onUser =
  (platform: Platform) =>
  ({ UserName }: { UserName?: string }, context: RequestContext) =>
    onEntity(platform, 'user', UserName, context);

/** The user whose keys are meant: without a name, the one who asks. Throws NoSuchEntity. */
function userOf({ resources }: Platform, name: string | undefined, { accountId, caller }: RequestContext) {
  if (name === undefined && !caller.arn.includes(':user/')) throw needsUserName();
  return resources.get(users, iamScope(accountId), name ?? caller.arn.slice(caller.arn.lastIndexOf('/') + 1));
}

export const createAccessKey = (
  platform: Platform,
): Operation<CreateAccessKeyCommandInput, CreateAccessKeyCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName }, context) {
    const { identity } = platform;
    const { accountId, now } = context;
    const user = await userOf(platform, UserName, context);
    const present = identity.directory.all(accessKeys, accountId).filter(({ doc }) => doc.userId === user.doc.id);
    if (present.length >= PER_USER) throw limitExceeded('AccessKeysPerUser', PER_USER);
    const id = newKeyId('AKIA', accountId);
    const secret = newSecret();
    await identity.directory.create(accessKeys, accountId, id, {
      userName: user.name,
      userId: user.doc.id,
      sealedSecret: identity.sealSecret(id, secret),
      status: 'Active',
      createdAt: now.toISOString(),
    });
    const key = { UserName: user.name, AccessKeyId: id, SecretAccessKey: secret };
    return { AccessKey: { ...key, Status: 'Active', CreateDate: now } };
  },
});

export const listAccessKeys = (
  platform: Platform,
): Operation<ListAccessKeysCommandInput, ListAccessKeysCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName, ...request }, context) {
    const user = await userOf(platform, UserName, context);
    const keys = platform.identity.directory
      .all(accessKeys, context.accountId)
      .filter(({ doc }) => doc.userId === user.doc.id);
    const [page, end] = pageOf(keys, ({ name }) => name, request);
    const AccessKeyMetadata = page.map(({ name, doc }) => ({
      UserName: user.name,
      AccessKeyId: name,
      Status: doc.status,
      CreateDate: new Date(doc.createdAt),
    }));
    return { AccessKeyMetadata, ...end };
  },
});

export const updateAccessKey = (
  platform: Platform,
): Operation<UpdateAccessKeyCommandInput, UpdateAccessKeyCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName, AccessKeyId, Status }, context) {
    const user = await userOf(platform, UserName, context);
    if (Status !== 'Active' && Status !== 'Inactive') {
      throw validationFailed(`The status of an access key is Active or Inactive, not ${Status}.`);
    }
    const change = (key: AccessKey): AccessKey => ({ ...ownKey(key, user.doc.id, AccessKeyId!), status: Status });
    await platform.identity.directory.update(accessKeys, context.accountId, AccessKeyId!, change);
    return {};
  },
});

export const deleteAccessKey = (
  platform: Platform,
): Operation<DeleteAccessKeyCommandInput, DeleteAccessKeyCommandOutput> => ({
  permissions: onUser(platform),
  async handle({ UserName, AccessKeyId }, context) {
    const user = await userOf(platform, UserName, context);
    await platform.identity.directory.delete(accessKeys, context.accountId, AccessKeyId!, (key) => {
      ownKey(key, user.doc.id, AccessKeyId!);
    });
    return {};
  },
});

/** A key of another user counts as one that is not there. */
function ownKey(key: AccessKey, userId: string, id: string): AccessKey {
  if (key.userId === userId) return key;
  throw accessKeys.notFound(id, iamScope(''));
}

export const getAccessKeyLastUsed = ({
  identity,
}: Platform): Operation<GetAccessKeyLastUsedCommandInput, GetAccessKeyLastUsedCommandOutput> => ({
  permissions: ({ AccessKeyId }, context) => {
    const key = identity.directory.accessKey(AccessKeyId!);
    return onArn(key && `arn:aws:iam::${key.accountId}:user/${key.doc.userName}`, context);
  },
  handle({ AccessKeyId }, { accountId }) {
    const key = identity.directory.accessKey(AccessKeyId!);
    if (key?.accountId !== accountId) throw accessKeys.notFound(AccessKeyId!, iamScope(accountId));
    const { userName, lastUsed } = key.doc;
    return {
      UserName: userName,
      AccessKeyLastUsed: lastUsed
        ? { LastUsedDate: new Date(lastUsed.at), ServiceName: lastUsed.service, Region: lastUsed.region }
        : { LastUsedDate: undefined, ServiceName: 'N/A', Region: 'N/A' },
    };
  },
});
