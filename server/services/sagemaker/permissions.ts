import type { Permission, RequestContext } from '../../operations.ts';
import { type ResourceType, sagemakerArn } from './arns.ts';

type Conditions = Record<string, string | readonly string[]>;
type TagInput = { readonly Key?: string; readonly Value?: string };

/** For an action on one named resource. */
export const onResource = (
  context: RequestContext,
  type: ResourceType,
  name: string | undefined,
  conditions?: Conditions,
): Permission => ({
  action: `sagemaker:${context.operation}`,
  resource: sagemakerArn(context, type, name ?? ''),
  ...(conditions && { conditions }),
});

/** For making a resource. Tags given along need AddTags as well, as on AWS. */
export function toCreate(
  context: RequestContext,
  type: ResourceType,
  name: string | undefined,
  tags: readonly TagInput[] | undefined,
  conditions: Conditions = {},
): Permission[] {
  const create = onResource(context, type, name, { ...conditions, ...tagConditions(tags) });
  if (!tags?.length) return [create];
  const addTags = {
    action: 'sagemaker:AddTags',
    resource: create.resource,
    conditions: { ...tagConditions(tags), 'sagemaker:TaggingAction': context.operation },
  };
  return [create, addTags];
}

/** The caller hands the role on to SageMaker. */
export const toPassRole = (roleArn: string | undefined): Permission[] =>
  roleArn
    ? [
        {
          action: 'iam:PassRole',
          resource: roleArn,
          conditions: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
        },
      ]
    : [];

/** What policies see of the tags in a request. */
export function tagConditions(tags: readonly TagInput[] | undefined): Conditions {
  if (!tags?.length) return {};
  const conditions: Conditions = { 'aws:TagKeys': tags.map((tag) => tag.Key ?? '') };
  for (const tag of tags) conditions[`aws:RequestTag/${tag.Key}`] = tag.Value ?? '';
  return conditions;
}

/** Condition keys of where a job or model runs; only what the request says is there. */
export function placementConditions(request: {
  readonly VpcConfig?: { readonly SecurityGroupIds?: string[]; readonly Subnets?: string[] };
  readonly EnableNetworkIsolation?: boolean;
}): Conditions {
  const { VpcConfig: vpc, EnableNetworkIsolation: isolated } = request;
  return {
    ...(vpc?.SecurityGroupIds && { 'sagemaker:VpcSecurityGroupIds': vpc.SecurityGroupIds }),
    ...(vpc?.Subnets && { 'sagemaker:VpcSubnets': vpc.Subnets }),
    ...(isolated !== undefined && { 'sagemaker:NetworkIsolation': String(isolated) }),
  };
}
