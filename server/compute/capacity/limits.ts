import { ServiceError, validationError } from '../../errors.ts';
import { groupsOf } from '../process/cluster.ts';
import type { InstancesOf } from '../workload.ts';
import { instanceType } from './instance-types.ts';
import type { Machine } from './machine.ts';
import { mostForOneWorkload } from './reservation.ts';

/** With less, no interpreter with its libraries would get far. */
const LEAST_MEMORY = 256 * 1024 ** 2;
/** Each has an address of its own, of which a network has so many. */
const MOST_ADDRESSES = 254;

const USES = { job: 'training job', server: 'endpoint' };

/** Throws ValidationException for unknown types, ResourceLimitExceeded for more than the machine could ever hold. */
export function checkInstances(machine: Machine, wanted: InstancesOf): void {
  for (const { instanceType: name } of groupsOf(wanted)) {
    if (!instanceType(name))
      throw validationError(`Unknown instance type "${name}": expected one such as ml.m5.xlarge.`);
  }
  const most = mostInstances(machine);
  if (wanted.instanceCount <= most) return;
  throw new ServiceError(
    'ResourceLimitExceeded',
    `The account-level service limit '${wanted.instanceType} for ${USES[wanted.type]} usage' is ${most} Instances, with ` +
      `current utilization of 0 Instances and a request delta of ${wanted.instanceCount} Instances. That is what the ` +
      'memory of this machine allows; WILDSAGE_MEMORY_GIB sets how much of it workloads may have.',
  );
}

const mostInstances = (machine: Machine): number =>
  Math.max(1, Math.min(MOST_ADDRESSES, Math.floor(mostForOneWorkload(machine) / LEAST_MEMORY)));
