import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  Credentials as CredentialsAnswer,
  GetAccessKeyInfoCommandInput,
  GetAccessKeyInfoCommandOutput,
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput,
  GetFederationTokenCommandInput,
  GetFederationTokenCommandOutput,
  GetSessionTokenCommandInput,
  GetSessionTokenCommandOutput,
} from '@aws-sdk/client-sts';
import { requirePolicy } from '../../identity/directory.ts';
import type { Credentials } from '../../identity/identity.ts';
import { accountOfKeyId } from '../../identity/ids.ts';
import { compilePolicy } from '../../identity/policies/compile.ts';
import type { SessionSubject } from '../../identity/sessions.ts';
import { stsValidationError } from '../../identity/sts-errors.ts';
import type { Operation, RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';
import { mfaFailed, onlyLongTermKeys, onlyUsers, packedPolicyTooLarge, unknownKeyFormat } from './errors.ts';

const ONE_HOUR = 3600;
const TWELVE_HOURS = 12 * ONE_HOUR;
const MOST_PACKED_CHARACTERS = 4096;

const credentialsAnswer = (credentials: Required<Credentials>): CredentialsAnswer => ({
  AccessKeyId: credentials.accessKeyId,
  SecretAccessKey: credentials.secretAccessKey,
  SessionToken: credentials.sessionToken,
  Expiration: credentials.expiration,
});

export const getCallerIdentity = (): Operation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput> => ({
  // Everybody may ask who they are, even with an explicit deny.
  permissions: () => [],
  handle: (_, { caller }) => ({ UserId: caller.userId, Account: caller.accountId, Arn: caller.arn }),
});

export const assumeRole = ({ identity }: Platform): Operation<AssumeRoleCommandInput, AssumeRoleCommandOutput> => ({
  // The role's trust policy has a say in this one, so identity decides when it is asked for the session.
  permissions: () => [],
  handle(input, context) {
    refuseMfa(input);
    const { RoleArn = '', RoleSessionName = '', DurationSeconds = ONE_HOUR, Tags = [] } = input;
    const policies = sessionPolicies(identity.directory, input);
    const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value ?? '']));
    const { caller, credentials } = identity.assumeRole(context.caller, {
      roleArn: RoleArn,
      sessionName: RoleSessionName,
      durationSeconds: DurationSeconds,
      policies: policies.length > 0 ? policies : undefined,
      tags: Tags.length > 0 ? tags : undefined,
      transitiveTagKeys: input.TransitiveTagKeys,
      sourceIdentity: input.SourceIdentity,
      conditions: conditionsOf(input),
      facts: factsOf(context),
    });
    return {
      Credentials: credentialsAnswer(credentials),
      AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
      SourceIdentity: caller.sourceIdentity,
      PackedPolicySize: policies.length + Tags.length > 0 ? packedSize(policies, tags) : undefined,
    };
  },
});

/** Nobody has a device for MFA here. A session without it must not pass for one with it. */
function refuseMfa({ SerialNumber, TokenCode }: Pick<AssumeRoleCommandInput, 'SerialNumber' | 'TokenCode'>): void {
  if (SerialNumber !== undefined || TokenCode !== undefined) throw mfaFailed();
}

const conditionsOf = ({
  ExternalId,
  RoleSessionName = '',
  SourceIdentity,
  Tags = [],
  TransitiveTagKeys = [],
}: AssumeRoleCommandInput) => ({
  'sts:RoleSessionName': RoleSessionName,
  ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
  ...(SourceIdentity === undefined ? {} : { 'sts:SourceIdentity': SourceIdentity }),
  ...Object.fromEntries(Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
  ...(Tags.length > 0 ? { 'aws:TagKeys': Tags.map(({ Key }) => Key ?? '') } : {}),
  ...(TransitiveTagKeys.length > 0 ? { 'sts:TransitiveTagKeys': TransitiveTagKeys } : {}),
});

const factsOf = ({ http, headers, region, now }: RequestContext) => ({
  sourceIp: http.request.socket.remoteAddress,
  secureTransport: 'encrypted' in http.request.socket,
  userAgent: headers['user-agent'],
  region,
  now,
});

/** A session's own policies, checked. Throws MalformedPolicyDocument and NoSuchEntity. */
function sessionPolicies(
  directory: Platform['identity']['directory'],
  { Policy, PolicyArns = [] }: Pick<AssumeRoleCommandInput, 'Policy' | 'PolicyArns'>,
): string[] {
  if (Policy !== undefined) compilePolicy(Policy);
  const arns = PolicyArns.map(({ arn = '' }) => arn);
  for (const arn of arns) requirePolicy(directory, arn);
  return [...(Policy === undefined ? [] : [Policy]), ...arns];
}

/** In percent of what a token may carry. */
function packedSize(policies: readonly string[], tags: Readonly<Record<string, string>>): number {
  const characters = [...policies, ...Object.entries(tags).flat()].join('').length;
  const percent = Math.ceil((characters * 100) / MOST_PACKED_CHARACTERS);
  if (percent > 100) throw packedPolicyTooLarge(percent);
  return percent;
}

export const getSessionToken = ({
  identity,
}: Platform): Operation<GetSessionTokenCommandInput, GetSessionTokenCommandOutput> => ({
  permissions: () => [],
  handle({ DurationSeconds, ...mfa }, { caller, accountId }) {
    refuseMfa(mfa);
    if (caller.kind !== 'root' && caller.kind !== 'user') throw onlyLongTermKeys('GetSessionToken');
    const isRoot = caller.kind === 'root';
    const subject: SessionSubject = isRoot ? { type: 'root' } : { type: 'user', ...userOf(caller) };
    // A root user's sessions end after an hour, whatever is asked for.
    const longest = isRoot ? ONE_HOUR : Number.POSITIVE_INFINITY;
    const seconds = Math.min(DurationSeconds ?? TWELVE_HOURS, longest);
    const { credentials } = identity.startSession({ accountId, subject }, seconds);
    return { Credentials: credentialsAnswer(credentials) };
  },
});

const userOf = ({ arn, userId }: RequestContext['caller']) => ({
  name: arn.slice(arn.lastIndexOf('/') + 1),
  id: userId,
});

export const getFederationToken = ({
  identity,
}: Platform): Operation<GetFederationTokenCommandInput, GetFederationTokenCommandOutput> => ({
  permissions: ({ Name }, { accountId }) => [
    { action: 'sts:GetFederationToken', resource: `arn:aws:sts::${accountId}:federated-user/${Name}` },
  ],
  handle(input, { caller, accountId }) {
    const { Name = '', DurationSeconds = TWELVE_HOURS, Tags = [] } = input;
    if (caller.kind !== 'user') throw onlyUsers('GetFederationToken');
    const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value ?? '']));
    // Without a policy of its own, a federated user may do nothing: an empty list, not a missing one.
    const policies = sessionPolicies(identity.directory, input);
    const size = packedSize(policies, tags);
    const subject: SessionSubject = { type: 'federated', ...userOf(caller), federatedName: Name };
    const session = identity.startSession({ accountId, subject, policies, tags }, DurationSeconds);
    return {
      Credentials: credentialsAnswer(session.credentials),
      FederatedUser: { FederatedUserId: session.caller.userId, Arn: session.caller.arn },
      PackedPolicySize: size,
    };
  },
});

export const getAccessKeyInfo = ({
  identity: { directory, rootAccount },
}: Platform): Operation<GetAccessKeyInfoCommandInput, GetAccessKeyInfoCommandOutput> => ({
  handle({ AccessKeyId = '' }) {
    if (!/^\w{16,128}$/.test(AccessKeyId)) throw stsValidationError(`Invalid access key id: ${AccessKeyId}`);
    const known = AccessKeyId === rootAccount.credentials.accessKeyId ? rootAccount : directory.accessKey(AccessKeyId);
    const Account = known?.accountId ?? accountOfKeyId(AccessKeyId);
    if (Account === undefined) throw unknownKeyFormat();
    return { Account };
  },
});
