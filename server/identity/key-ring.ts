import { BoundedCache } from '../bounded-cache.ts';
import type { CredentialsFile } from './credentials-file.ts';
import type { Directory } from './directory.ts';
import type { Caller } from './identity.ts';
import { iamArn } from './kinds.ts';
import type { Seal } from './seal.ts';
import type { OpenedSession, Sessions } from './sessions.ts';
import type { KeyHolder, KeyRing } from './sigv4/authenticate.ts';

const SECRET_PURPOSE = 'access-key';

/** A user's secret as it is kept in the store; bound to its key id, so that secrets cannot be swapped there. */
export const sealSecret = (seal: Seal, accessKeyId: string, secret: string): string =>
  seal.seal(`${SECRET_PURPOSE}/${accessKeyId}`, secret);

interface Known {
  readonly accessKeyId: string;
  readonly generation: number;
  readonly expiresAt: number;
  readonly holder: KeyHolder;
}

/** All keys that may sign requests: the root key, those of users, and those of sessions. */
export function createKeyRing(file: CredentialsFile, directory: Directory, sessions: Sessions, seal: Seal): KeyRing {
  const known = new BoundedCache<string, Known>(8192);
  const root: KeyHolder = {
    caller: rootCaller(file.accountId, file.accessKeyId),
    secretAccessKey: file.secretAccessKey,
  };

  function holderOfUserKey(accessKeyId: string): KeyHolder | undefined {
    const key = directory.accessKey(accessKeyId);
    if (key?.doc.status !== 'Active') return undefined;
    const user = directory.user(key.accountId, key.doc.userName);
    const secretAccessKey = seal.open(`${SECRET_PURPOSE}/${accessKeyId}`, key.doc.sealedSecret);
    if (user?.doc.id !== key.doc.userId || secretAccessKey === undefined) return undefined;
    const { accountId, name, doc } = user;
    const arn = iamArn(accountId, `user${doc.path}${name}`);
    return { caller: { kind: 'user', accountId, arn, userId: doc.id, accessKeyId }, secretAccessKey };
  }

  function holderOfSession(accessKeyId: string, token: string): (KeyHolder & { expiresAt: number }) | undefined {
    const session = sessions.open(accessKeyId, token);
    const caller = session && callerOfSession(session, directory);
    return caller && { caller, secretAccessKey: session.secretAccessKey, expiresAt: session.expiresAt };
  }

  return {
    holderOf(accessKeyId, sessionToken, now) {
      if (accessKeyId === file.accessKeyId) return sessionToken === undefined ? root : 'unknown';
      const name = sessionToken ?? accessKeyId;
      const before = known.get(name);
      const { generation } = directory;
      if (before?.generation === generation && before.accessKeyId === accessKeyId) {
        return before.expiresAt > now ? before.holder : 'expired';
      }
      const holder =
        sessionToken === undefined ? holderOfUserKey(accessKeyId) : holderOfSession(accessKeyId, sessionToken);
      if (!holder) return 'unknown';
      const expiresAt = 'expiresAt' in holder ? (holder.expiresAt as number) : Number.POSITIVE_INFINITY;
      known.set(name, { accessKeyId, generation, expiresAt, holder });
      return expiresAt > now ? holder : 'expired';
    },
  };
}

const rootCaller = (accountId: string, accessKeyId: string): Caller => ({
  kind: 'root',
  accountId,
  arn: iamArn(accountId, 'root'),
  userId: accountId,
  accessKeyId,
});

/** Undefined when the user or role is there no longer, or is another one of the same name. */
export function callerOfSession(session: OpenedSession, directory: Directory): Caller | undefined {
  const { accountId, subject, accessKeyId } = session;
  const issued = {
    accountId,
    accessKeyId,
    sessionPolicies: session.policies,
    sessionTags: session.tags,
    transitiveTagKeys: session.transitiveTagKeys,
    sourceIdentity: session.sourceIdentity,
    issuedAt: new Date(session.issuedAt),
  };
  if (subject.type === 'root') return { ...rootCaller(accountId, accessKeyId), ...issued, kind: 'session' };
  if (subject.type === 'role') {
    const role = directory.role(accountId, subject.name);
    if (role?.doc.id !== subject.id) return undefined;
    return {
      ...issued,
      kind: 'assumed-role',
      arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${subject.sessionName}`,
      userId: `${subject.id}:${subject.sessionName}`,
      roleArn: iamArn(accountId, `role${role.doc.path}${role.name}`),
    };
  }
  const user = directory.user(accountId, subject.name);
  if (user?.doc.id !== subject.id) return undefined;
  const userArn = iamArn(accountId, `user${user.doc.path}${user.name}`);
  if (subject.type === 'user') return { ...issued, kind: 'session', arn: userArn, userId: subject.id };
  return {
    ...issued,
    kind: 'session',
    arn: `arn:aws:sts::${accountId}:federated-user/${subject.federatedName}`,
    userId: `${accountId}:${subject.federatedName}`,
    userArn,
  };
}
