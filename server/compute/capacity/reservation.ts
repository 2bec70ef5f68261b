import type { InstanceType } from './instance-types.ts';
import type { Machine } from './machine.ts';

/** What one instance takes of this machine while it runs. */
export interface Reservation {
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** A job may have a quarter of the machine, a server an eighth: laptops are smaller than ml types. */
const JOB_SHARE = 1 / 4;
const SERVER_SHARE = 1 / 8;
/** However many instances it has, one workload leaves room for others. */
const WORKLOAD_SHARE = 1 / 2;

/** Who says what an instance gets may also fill the machine with one workload. */
export const mostForOneWorkload = ({ memoryBytes, instanceMemoryBytes }: Machine): number =>
  instanceMemoryBytes === undefined ? memoryBytes * WORKLOAD_SHARE : memoryBytes;

/** The type's own memory where this machine is large enough, else its share of the machine. */
export function reservationFor(
  machine: Machine,
  type: InstanceType,
  workload: { readonly type: 'job' | 'server'; readonly instanceCount: number },
): Reservation {
  const share = machine.memoryBytes * (workload.type === 'job' ? JOB_SHARE : SERVER_SHARE);
  const most = Math.min(machine.instanceMemoryBytes ?? share, mostForOneWorkload(machine) / workload.instanceCount);
  return {
    memoryBytes: Math.floor(Math.min(type.memoryBytes, most)),
    gpus: Math.min(type.gpus, Math.floor(machine.gpus / workload.instanceCount)),
  };
}
