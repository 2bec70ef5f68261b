import { type InstanceType, instanceType } from '../capacity/instance-types.ts';
import { type Reservation, reservationFor } from '../capacity/reservation.ts';
import { credentialsUri } from '../credentials.ts';
import { WorkloadFailure } from '../failure.ts';
import { readText } from '../files.ts';
import { type PreparedRuntime, prepareRuntime } from '../runtimes/runtimes.ts';
import { openAccess } from '../transfers/access.ts';
import { type FetchedInputs, fetchInputs } from '../transfers/inputs.ts';
import type { Workload } from '../workload.ts';
import { type Instance, instancesOf } from './cluster.ts';
import type { Floor } from './floor.ts';
import type { WorkloadFolder } from './folder.ts';
import { freePort, makeInstanceFolder, setUpInstance } from './set-up.ts';

const ADDRESS_PAUSE_MS = 20;

export interface PrepareOptions {
  readonly floor: Floor;
  readonly workload: Workload;
  readonly folder: WorkloadFolder;
  readonly enter: (phase: 'queued' | 'preparing' | 'downloading') => void;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
}

/** What the launch has to remember. */
export interface Prepared {
  readonly ports: readonly number[];
  readonly devices: readonly number[];
}

/** Everything before the program. Nothing here is kept after a crash: it is done again from the start. */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { floor, workload, folder, enter, say, signal } = options;
  signal.throwIfAborted();
  enter('queued');
  const devices = await floor.capacity.acquire(claimOf(floor, workload), say, signal);
  enter('preparing');
  const runtime = await runtimeFor(options);
  enter('downloading');
  const folders = instancesOf(workload).map(({ host }) => folder.instance(host));
  await Promise.all(folders.map((each) => makeInstanceFolder(each)));
  const inputs = await fetchInputs(workload, folders, {
    ...(await openAccess(workload, floor)),
    link: (await floor.sandbox()).hasOptMl,
    python: (await floor.python()).executable,
    onProgress: say,
    signal,
  });
  const ports = await setUp(options, runtime, devices, inputs);
  signal.throwIfAborted();
  return { ports, devices };
}

/** What a workload takes of the machine while it runs. Throws WorkloadFailure for an unknown instance type. */
export function claimOf(floor: Pick<Floor, 'machine'>, workload: Workload) {
  const { name, type } = workload;
  const each = instancesOf(workload).map((instance) => reservationOf(floor, workload, instance));
  const sum = (field: keyof Reservation) => each.reduce((total, reservation) => total + reservation[field], 0);
  return { name, type, memoryBytes: sum('memoryBytes'), gpus: sum('gpus') };
}

function typeOf(instance: Instance): InstanceType {
  const type = instanceType(instance.instanceType);
  if (!type) throw new WorkloadFailure('machine', `Unknown instance type ${instance.instanceType}`);
  return type;
}

/** What one of its instances gets. Throws as `claimOf` does. */
export const reservationOf = (
  { machine }: Pick<Floor, 'machine'>,
  workload: Workload,
  instance: Instance,
): Reservation => reservationFor(machine, typeOf(instance), workload);

async function runtimeFor({ floor, workload, say, signal }: PrepareOptions): Promise<PreparedRuntime> {
  try {
    return await prepareRuntime(floor.runtimes, workload, { cache: floor.config.cache, onProgress: say, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new WorkloadFailure('runtime', (error as Error).message, { cause: error });
  }
}

/** Sets every instance up, and gives the ports of a server's. */
async function setUp(
  { floor, workload, folder, signal }: PrepareOptions,
  runtime: PreparedRuntime,
  devices: readonly number[],
  inputs: FetchedInputs,
): Promise<number[]> {
  const [sandbox, python, token] = await Promise.all([floor.sandbox(), floor.python(), readText(folder.token)]);
  const platform = await addressed(floor, signal);
  const ports: number[] = [];
  const free = [...devices];
  for (const [index, instance] of instancesOf(workload).entries()) {
    if (workload.type === 'server') ports.push(await freePort(new Set([...floor.portsInUse(), ...ports])));
    const type = typeOf(instance);
    const reservation = reservationOf(floor, workload, instance);
    await setUpInstance({
      workload,
      instance,
      folder: folder.instance(instance.host),
      runtime,
      reservation,
      sandbox,
      python: python.executable,
      platform,
      credentialsUri: workload.roleArn ? credentialsUri(platform, token ?? '') : undefined,
      port: ports[index],
      cpus: Math.min(floor.machine.cpus, type.vCpus),
      devices: free.splice(0, reservation.gpus),
      hidden: [floor.config.home, floor.config.cache],
      readOnly: inputs.readOnly[index] ?? [],
      feeders: inputs.feeders[index] ?? [],
      notices:
        type.gpus && !reservation.gpus
          ? [`${type.name} has ${type.gpus} GPU(s), this machine has none to give: running on CPU.`]
          : [],
    });
  }
  return ports;
}

/** After a restart, workloads are taken up before the platform has its address: they start when it is known. */
async function addressed({ environment }: Floor, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  while (environment().AWS_ENDPOINT_URL === '') {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, ADDRESS_PAUSE_MS));
  }
  return environment();
}
