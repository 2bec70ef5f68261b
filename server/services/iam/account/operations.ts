import type {
  GetAccountAuthorizationDetailsCommandInput,
  GetAccountAuthorizationDetailsCommandOutput,
  GetAccountSummaryCommandInput,
  GetAccountSummaryCommandOutput,
  ListAccountAliasesCommandInput,
  ListAccountAliasesCommandOutput,
  PolicyDetail,
} from '@aws-sdk/client-iam';
import { awsManagedPolicies } from '../../../identity/aws-managed-policies.ts';
import type { Directory } from '../../../identity/directory.ts';
import {
  accessKeys,
  type Entity,
  groups,
  instanceProfiles,
  managedPolicies,
  roles,
  users,
} from '../../../identity/kinds.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import {
  encodedPolicy,
  groupAnswer,
  instanceProfileAnswer,
  profilesOfRole,
  roleAnswer,
  userAnswer,
} from '../answers.ts';
import { policyAnswer, usesOfPolicies, versionAnswer, versionsOf } from '../managed-policies.ts';
import { pageOf } from '../paging.ts';
import { onArn } from '../permissions.ts';

/** Accounts have numbers only here, so the list is always empty. */
export const listAccountAliases = (): Operation<ListAccountAliasesCommandInput, ListAccountAliasesCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  handle: () => ({ AccountAliases: [], IsTruncated: false }),
});

export const getAccountSummary = ({
  identity: { directory },
}: Platform): Operation<GetAccountSummaryCommandInput, GetAccountSummaryCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  handle(_, { accountId }) {
    const own = directory.all(managedPolicies, accountId);
    return {
      SummaryMap: {
        Users: directory.all(users, accountId).length,
        Groups: directory.all(groups, accountId).length,
        Roles: directory.all(roles, accountId).length,
        InstanceProfiles: directory.all(instanceProfiles, accountId).length,
        Policies: own.length,
        PolicyVersionsInUse: own.reduce((sum, { doc }) => sum + doc.versions.length, 0),
        AccessKeysPerUserQuota: 2,
        GroupsPerUserQuota: 10,
        AttachedPoliciesPerUserQuota: 10,
        AttachedPoliciesPerRoleQuota: 10,
        AttachedPoliciesPerGroupQuota: 10,
        PolicySizeQuota: 6144,
        VersionsPerPolicyQuota: 5,
        UserPolicySizeQuota: 2048,
        GroupPolicySizeQuota: 5120,
        RolePolicySizeQuota: 10240,
        AssumeRolePolicySizeQuota: 2048,
        AccountMFAEnabled: 0,
        AccountAccessKeysPresent: 1,
        AccessKeys: directory.all(accessKeys, accountId).length,
      } as GetAccountSummaryCommandOutput['SummaryMap'],
    };
  },
});

type Details = Pick<
  GetAccountAuthorizationDetailsCommandOutput,
  'UserDetailList' | 'RoleDetailList' | 'GroupDetailList' | 'Policies'
>;

export const getAccountAuthorizationDetails = ({
  identity: { directory },
}: Platform): Operation<GetAccountAuthorizationDetailsCommandInput, GetAccountAuthorizationDetailsCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  handle({ Filter = [], ...request }, { accountId }) {
    const wanted = (type: string) => Filter.length === 0 || Filter.includes(type as (typeof Filter)[number]);
    const all = detailsOf(directory, accountId).filter(({ type }) => wanted(type));
    const [page, end] = pageOf(all, ({ order }) => order, request);
    const details: Details = { UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [] };
    for (const { add } of page) add(details);
    return { ...details, ...end };
  },
});

interface Detail {
  readonly type: string;
  readonly order: string;
  add(details: Details): void;
}

const inlineOf = ({ inlinePolicies }: Entity): PolicyDetail[] =>
  Object.entries(inlinePolicies).map(([PolicyName, text]) => ({ PolicyName, PolicyDocument: encodedPolicy(text) }));

const attachedOf = ({ attachedPolicies }: Entity) =>
  attachedPolicies.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }));

function detailsOf(directory: Directory, accountId: string): Detail[] {
  const uses = usesOfPolicies(directory, accountId);
  const policies = [...directory.all(managedPolicies, accountId), ...awsManagedPolicies.values()].filter(
    (policy) => 'doc' in policy || uses.attached.has(policy.arn) || uses.boundaries.has(policy.arn),
  );
  return [
    ...directory.all(users, accountId).map((user): Detail => {
      const { doc } = user;
      const lists = { AttachedManagedPolicies: attachedOf(doc), GroupList: [...doc.groups] };
      const detail = { ...userAnswer(user), UserPolicyList: inlineOf(doc), ...lists };
      return { type: 'User', order: user.arn, add: (details) => details.UserDetailList!.push(detail) };
    }),
    ...directory.all(groups, accountId).map((group): Detail => {
      const lists = { AttachedManagedPolicies: attachedOf(group.doc), GroupPolicyList: inlineOf(group.doc) };
      const detail = { ...groupAnswer(group), ...lists };
      return { type: 'Group', order: group.arn, add: (details) => details.GroupDetailList!.push(detail) };
    }),
    ...directory.all(roles, accountId).map((role): Detail => {
      const lists = { AttachedManagedPolicies: attachedOf(role.doc), RolePolicyList: inlineOf(role.doc) };
      const profiles = profilesOfRole(directory, accountId, role.name).map((profile) =>
        instanceProfileAnswer(profile, directory),
      );
      const detail = { ...roleAnswer(role), ...lists, InstanceProfileList: profiles };
      return { type: 'Role', order: role.arn, add: (details) => details.RoleDetailList!.push(detail) };
    }),
    ...policies.map((policy): Detail => {
      const [versions, defaultId] = versionsOf(policy);
      const PolicyVersionList = versions.map((version) => versionAnswer(version, defaultId, true));
      const detail = { ...policyAnswer(policy, uses), PolicyVersionList };
      const type = 'doc' in policy ? 'LocalManagedPolicy' : 'AWSManagedPolicy';
      return { type, order: policy.arn, add: (details) => details.Policies!.push(detail) };
    }),
  ];
}
