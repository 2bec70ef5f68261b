import type { Policy as PolicyAnswer, PolicyVersion as VersionAnswer } from '@aws-sdk/client-iam';
import { type AwsManagedPolicy, awsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import type { Directory } from '../../identity/directory.ts';
import {
  type Entity,
  groups,
  iamScope,
  type ManagedPolicy,
  managedPolicies,
  type PolicyVersion,
  policyNotFound,
  roles,
  users,
} from '../../identity/kinds.ts';
import { ofFirstPartition } from '../../identity/policies/partitions.ts';
import type { Platform } from '../../platform.ts';
import type { Resource } from '../../resources/resource-store.ts';
import { encodedPolicy } from './answers.ts';
import { validationFailed } from './errors.ts';

export type CustomerPolicy = Resource<ManagedPolicy>;

/** AWS's own policies have been there since before any account. */
const AWS_SINCE = new Date('2015-02-06T18:39:46Z');

/** The account's own policy of an ARN. Throws NoSuchEntity; AWS's policies cannot be changed by anyone. */
export async function customerPolicy(
  { resources }: Platform,
  accountId: string,
  given: string,
): Promise<CustomerPolicy> {
  const arn = ofFirstPartition(given);
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const policy = await resources.find(managedPolicies, iamScope(accountId), name);
  if (policy?.arn === arn) return policy;
  if (awsManagedPolicy(arn)) throw validationFailed('AWS managed policies cannot be changed.');
  if (!arn.startsWith('arn:')) throw validationFailed(`ARN ${arn} is not valid.`);
  throw policyNotFound(arn);
}

/** Either kind of managed policy. Throws NoSuchEntity. */
export async function anyPolicy(
  platform: Platform,
  accountId: string,
  arn: string,
): Promise<CustomerPolicy | AwsManagedPolicy> {
  return awsManagedPolicy(arn) ?? (await customerPolicy(platform, accountId, arn));
}

export const isAwsManaged = (policy: CustomerPolicy | AwsManagedPolicy): policy is AwsManagedPolicy =>
  'document' in policy;

/** How often each managed policy is attached in an account, and how often it is a boundary. */
export function usesOfPolicies(directory: Directory, accountId: string) {
  const attached = new Map<string, number>();
  const boundaries = new Map<string, number>();
  const count = (counts: Map<string, number>, arn: string) => counts.set(arn, (counts.get(arn) ?? 0) + 1);
  for (const kind of [users, roles, groups]) {
    for (const { doc } of directory.all<Entity & { permissionsBoundary?: string }>(kind as never, accountId)) {
      for (const arn of doc.attachedPolicies) count(attached, arn);
      if (doc.permissionsBoundary !== undefined) count(boundaries, doc.permissionsBoundary);
    }
  }
  return { attached, boundaries };
}

export function policyAnswer(
  policy: CustomerPolicy | AwsManagedPolicy,
  { attached, boundaries }: ReturnType<typeof usesOfPolicies>,
): PolicyAnswer {
  const uses = {
    AttachmentCount: attached.get(policy.arn) ?? 0,
    PermissionsBoundaryUsageCount: boundaries.get(policy.arn) ?? 0,
    IsAttachable: true,
  };
  if (isAwsManaged(policy)) {
    const { name, id, arn, path } = policy;
    const since = { CreateDate: AWS_SINCE, UpdateDate: AWS_SINCE };
    return { PolicyName: name, PolicyId: id, Arn: arn, Path: path, DefaultVersionId: 'v1', ...uses, ...since };
  }
  const { name, arn, doc } = policy;
  return {
    PolicyName: name,
    PolicyId: doc.id,
    Arn: arn,
    Path: doc.path,
    DefaultVersionId: doc.defaultVersionId,
    ...uses,
    CreateDate: new Date(doc.createdAt),
    UpdateDate: new Date(doc.updatedAt),
  };
}

/** Lists leave the document out. */
export const versionAnswer = (version: PolicyVersion, defaultId: string, withDocument = false): VersionAnswer => ({
  Document: withDocument ? encodedPolicy(version.document) : undefined,
  VersionId: version.id,
  IsDefaultVersion: version.id === defaultId,
  CreateDate: new Date(version.createdAt),
});

export const versionsOf = (policy: CustomerPolicy | AwsManagedPolicy): [readonly PolicyVersion[], string] =>
  isAwsManaged(policy)
    ? [[{ id: 'v1', document: policy.document, createdAt: AWS_SINCE.toISOString() }], 'v1']
    : [policy.doc.versions, policy.doc.defaultVersionId];
