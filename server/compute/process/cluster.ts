import type { InstanceGroup, Workload } from '../workload.ts';

/** One of a workload's instances. */
export interface Instance {
  /** SageMaker's name for it: `algo-1` … */
  readonly host: string;
  readonly group: string;
  readonly instanceType: string;
}

type Instances = Pick<Workload, 'instanceType' | 'instanceCount' | 'instanceGroups'>;

/** A cluster of one type has one group, under SageMaker's name for it. */
export const groupsOf = ({ instanceType, instanceCount, instanceGroups }: Instances): readonly InstanceGroup[] =>
  instanceGroups ?? [{ name: 'homogeneousCluster', instanceType, instanceCount }];

/** All instances in their order: group after group. */
export const instancesOf = (workload: Instances): Instance[] =>
  groupsOf(workload)
    .flatMap(({ name, instanceType, instanceCount }) =>
      Array.from({ length: instanceCount }, () => ({ group: name, instanceType })),
    )
    .map((instance, index) => ({ host: hostName(index), ...instance }));

export const hostsOf = ({ instanceCount }: Pick<Workload, 'instanceCount'>): string[] =>
  Array.from({ length: instanceCount }, (_, index) => hostName(index));

/** True for what has no groups of its own to name: it is for every instance. */
export const isFor = ({ groups }: { readonly groups?: readonly string[] }, { group }: Instance): boolean =>
  groups?.includes(group) ?? true;

const hostName = (index: number) => `algo-${index + 1}`;
