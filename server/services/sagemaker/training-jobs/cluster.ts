import type { ResourceConfig } from '@aws-sdk/client-sagemaker';
import type { InstancesOf } from '../../../compute/workload.ts';

/** What a job runs on: instances of one type, or groups of them. */
export function clusterOf(resources: ResourceConfig): InstancesOf {
  const { InstanceGroups: groups, InstanceType: type, InstanceCount: count } = resources;
  if (!groups?.length) return { type: 'job', instanceType: type!, instanceCount: count! };
  const instanceGroups = groups.map((group) => ({
    name: group.InstanceGroupName!,
    instanceType: group.InstanceType!,
    instanceCount: group.InstanceCount!,
  }));
  return {
    type: 'job',
    instanceType: instanceGroups[0]!.instanceType,
    instanceCount: instanceGroups.reduce((sum, group) => sum + group.instanceCount, 0),
    instanceGroups,
  };
}
