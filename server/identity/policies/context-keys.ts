import type { Permission } from '../../operations.ts';
import type { Tag } from '../../resources/resource-store.ts';
import type { AuthorizationFacts, Caller } from '../identity.ts';
import { ofFirstPartition } from './partitions.ts';
import type { ContextValue, PolicyRequest } from './request.ts';

/** A caller with what its user or role adds to it. */
export interface Subject {
  readonly caller: Caller;
  /** Set when an AWS service asks on its own behalf. */
  readonly service?: string;
  readonly tags?: readonly Tag[];
}

/** The question whether `subject` may do this. Condition keys are worked out when a policy asks for one. */
export function policyRequest(subject: Subject, permission: Permission, facts: AuthorizationFacts): PolicyRequest {
  const { caller, service } = subject;
  const { accountId, arn, roleArn } = caller;
  return {
    action: permission.action.toLowerCase(),
    resource: ofFirstPartition(permission.resource),
    principal: {
      accountId,
      arn,
      roleArn,
      service,
      isRoot: caller.kind !== 'anonymous' && arn.endsWith(':root'),
      isAnonymous: caller.kind === 'anonymous',
    },
    value: (key) => ownValue(permission.conditions, key) ?? globalValue(key, subject, permission, facts),
  };
}

function ownValue(conditions: Permission['conditions'], key: string): ContextValue {
  if (!conditions) return undefined;
  for (const name in conditions) if (name.toLowerCase() === key) return conditions[name];
  return undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function globalValue(key: string, subject: Subject, permission: Permission, facts: AuthorizationFacts): ContextValue {
  const { caller } = subject;
  if (key.includes(RESOURCE_TAG)) return resourceTag(key, permission, facts);
  switch (key) {
    case 'aws:sourceip':
      return facts.sourceIp?.startsWith('::ffff:') ? facts.sourceIp.slice(7) : facts.sourceIp;
    case 'aws:securetransport':
      return String(facts.secureTransport ?? false);
    case 'aws:useragent':
      return facts.userAgent;
    case 'aws:requestedregion':
      return facts.region;
    case 'aws:currenttime':
      return facts.now?.toISOString();
    case 'aws:epochtime':
      return facts.now && String(Math.floor(facts.now.getTime() / 1000));
    case 'aws:resourceaccount':
      return (
        facts.resourceAccountId ??
        (/^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(permission.resource)?.[1] || caller.accountId)
      );
    case 'aws:viaawsservice':
      return 'false';
    default:
      return key.startsWith('aws:') ? principalValue(key, subject) : undefined;
  }
}

const RESOURCE_TAG = ':resourcetag/';

/** `aws:ResourceTag/…`, or under the name of the service that is asked: `sagemaker:ResourceTag/…`. */
function resourceTag(key: string, { action, resource }: Permission, { resourceTags }: AuthorizationFacts) {
  const [prefix, tagKey] = key.split(RESOURCE_TAG);
  if (prefix !== 'aws' && prefix !== action.slice(0, action.indexOf(':')).toLowerCase()) return undefined;
  return resourceTags?.get(resource)?.find(({ Key }) => Key.toLowerCase() === tagKey)?.Value;
}

const PRINCIPAL_TAG = 'aws:principaltag/';

function principalValue(key: string, { caller, service, tags }: Subject): ContextValue {
  if (key === 'aws:principalisawsservice') return String(service !== undefined);
  if (service !== undefined) return key === 'aws:principalservicename' ? service : undefined;
  if (caller.kind === 'anonymous') return key === 'aws:principaltype' ? 'Anonymous' : undefined;
  if (key.startsWith(PRINCIPAL_TAG)) return principalTag(key.slice(PRINCIPAL_TAG.length), caller, tags);
  switch (key) {
    case 'aws:principalarn':
      return caller.roleArn ?? caller.arn;
    case 'aws:principalaccount':
      return caller.accountId;
    case 'aws:principaltype':
      return principalType(caller);
    case 'aws:userid':
      return caller.userId;
    case 'aws:username':
      return caller.arn.includes(':user/') ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : undefined;
    case 'aws:sourceidentity':
      return caller.sourceIdentity;
    case 'aws:tokenissuetime':
      return caller.issuedAt?.toISOString();
    case 'aws:multifactorauthpresent':
      // Long-term keys do not have the key at all; policies that want MFA use BoolIfExists for that reason.
      return caller.issuedAt && 'false';
    default:
      return undefined;
  }
}

/** A session's own tag goes before its role's tag of the same key. */
function principalTag(key: string, caller: Caller, tags: readonly Tag[] | undefined): string | undefined {
  for (const name in caller.sessionTags) if (name.toLowerCase() === key) return caller.sessionTags[name];
  return tags?.find(({ Key }) => Key.toLowerCase() === key)?.Value;
}

function principalType({ arn, roleArn }: Caller): string {
  if (roleArn) return 'AssumedRole';
  if (arn.endsWith(':root')) return 'Account';
  return arn.includes(':federated-user/') ? 'FederatedUser' : 'User';
}
