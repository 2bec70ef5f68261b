import type { Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Logger } from '../../logger.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Capacity } from '../capacity/capacity.ts';
import type { Machine } from '../capacity/machine.ts';
import type { Python } from '../host/python.ts';
import type { RuntimeTable } from '../runtimes/table.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Run } from './run.ts';
import type { UsageMeter } from './usage-meter.ts';

/** What every run of a workload has in common. */
export interface Floor {
  readonly config: Pick<Config, 'home' | 'cache'>;
  readonly identity: Identity;
  readonly objects: ObjectStore;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly log: Logger;
  /** Variables that let AWS clients inside find this platform: AWS_ENDPOINT_URL and its like. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** The folder of all workloads' folders. */
  readonly root: string;
  readonly machine: Machine;
  readonly capacity: Capacity;
  readonly usage: UsageMeter;
  readonly runtimes: RuntimeTable;
  sandbox(): Promise<Sandbox>;
  python(): Promise<Python>;
  portsInUse(): ReadonlySet<number>;
  /** Something about the run is different now. */
  changed(run: Run): void;
  /** The run is over and its folder is going. */
  forget(run: Run): void;
}
