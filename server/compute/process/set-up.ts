import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Reservation } from '../capacity/reservation.ts';
import { WorkloadFailure } from '../failure.ts';
import { joinWithin, makePrivateFolder } from '../files.ts';
import type { PreparedRuntime } from '../runtimes/runtimes.ts';
import { CARRIED, canBeSet, type Sandbox, type SandboxSpec, SYSTEM_PATH, toolPath } from '../sandbox/sandbox.ts';
import type { Workload } from '../workload.ts';
import { groupsOf, hostsOf, type Instance, instancesOf, isFor } from './cluster.ts';
import type { InstanceFolder } from './folder.ts';

const ML = '/opt/ml';
const LOG_BYTES = 1024 ** 3;
const RELAY = join(import.meta.dirname, 'relay.py');

/** Everything that decides how an instance's program runs. */
export interface InstancePlan {
  readonly workload: Workload;
  readonly instance: Instance;
  readonly folder: InstanceFolder;
  readonly runtime: PreparedRuntime;
  readonly reservation: Reservation;
  readonly sandbox: Sandbox;
  readonly python: string;
  /** What lets AWS clients inside find this platform. */
  readonly platform: Readonly<Record<string, string>>;
  readonly credentialsUri?: string;
  readonly port?: number;
  readonly cpus: number;
  /** Numbers of the GPUs it may use. */
  readonly devices: readonly number[];
  readonly hidden: readonly string[];
  /** Paths below /opt/ml whose files are shared with object storage. */
  readonly readOnly: readonly string[];
  readonly feeders: readonly (readonly string[])[];
  readonly notices: readonly string[];
}

/** Where a path of the program's world lies on this machine. Throws when it is outside of /opt/ml. */
export function placeOf(folder: InstanceFolder, path: string): string {
  const place = path.startsWith(`${ML}/`) ? joinWithin(folder.ml, path.slice(ML.length + 1)) : undefined;
  if (!place) throw new WorkloadFailure('runtime', `${path} must be a path below ${ML}`);
  return place;
}

const FOLDERS = ['input/config', 'input/data', 'model', 'output/data', 'checkpoints', 'code'];

/** Makes an instance's folder from nothing; what an interrupted attempt left is gone. */
export async function makeInstanceFolder(folder: InstanceFolder): Promise<void> {
  await rm(folder.path, { recursive: true, force: true });
  await makePrivateFolder(folder.path);
  const parts = [
    folder.temporary,
    folder.home,
    folder.stage,
    folder.streams,
    ...FOLDERS.map((part) => join(folder.ml, part)),
  ];
  await Promise.all(parts.map((path) => mkdir(path, { recursive: true })));
  await chmod(folder.temporary, 0o1777);
}

/** Puts in place what the program finds when it starts, and writes what the supervisor is to run. */
export async function setUpInstance(plan: InstancePlan): Promise<void> {
  const { workload, folder, instance } = plan;
  await writeFile(folder.hosts, await hostsFile(workload));
  if (workload.type === 'job') {
    await writeFile(join(folder.ml, 'input/config/resourceconfig.json'), JSON.stringify(resourceConfig(plan)));
  }
  // What is kept up to date in S3 while it runs: programs write there without further ado.
  for (const { path, when } of workload.outputs ?? []) {
    if (when === 'Continuous') await mkdir(placeOf(folder, path), { recursive: true });
  }
  for (const { path, content, groups } of workload.files ?? []) {
    if (!isFor({ groups }, instance)) continue;
    const place = placeOf(folder, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
  }
  await writeFile(folder.run, JSON.stringify(runDescription(plan)), { mode: 0o600 });
}

function resourceConfig({ workload, instance }: InstancePlan) {
  const all = instancesOf(workload);
  return {
    current_host: instance.host,
    current_instance_type: instance.instanceType,
    current_group_name: instance.group,
    hosts: hostsOf(workload),
    instance_groups: groupsOf(workload).map(({ name, instanceType }) => ({
      instance_group_name: name,
      instance_type: instanceType,
      hosts: all.filter(({ group }) => group === name).map(({ host }) => host),
    })),
    // All instances share this machine: their addresses are on the loopback interface.
    network_interface_name: 'lo',
  };
}

/** Every instance has a loopback address of its own, so that all can listen on the same port. */
async function hostsFile(workload: Workload): Promise<string> {
  const own = existsSync('/etc/hosts') ? await readFile('/etc/hosts', 'utf8') : '127.0.0.1 localhost\n';
  const [first = 0, second = 0] = createHash('sha256').update(workload.name).digest();
  const single = workload.instanceCount === 1;
  const entries = hostsOf(workload).map((host, index) => {
    const address = single ? '127.0.0.1' : `127.${64 + (first % 64)}.${second}.${index + 1}`;
    return `${address} ${host}`;
  });
  return `${own.trimEnd()}\n${entries.join('\n')}\n`;
}

function runDescription(plan: InstancePlan) {
  const { workload, sandbox, folder, runtime } = plan;
  const variables = environmentOf(plan);
  const { PATH: path = '', ...others } = variables;
  const names = Object.keys(others).filter(canBeSet);
  const environment = sandbox.announces ? carried(others, names) : variables;
  // Without a sandbox, paths that people write into commands and variables have to lead to the folder instead.
  const placed = (text: string) => (sandbox.hasOptMl ? text : text.replace(/\/opt\/ml(?=\/|$)/g, folder.ml));
  const isolatedServer = workload.networkIsolation && plan.port !== undefined && sandbox.hasOptMl;
  return {
    argv: sandbox.wrap(sandboxSpec(plan, path, names), runtime.command.map(placed)),
    environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, placed(value)])),
    directory: sandbox.hasOptMl ? '/' : folder.ml,
    depth: sandbox.depth,
    announces: sandbox.announces,
    graceSeconds: workload.stopGraceSeconds ?? 120,
    maxRuntimeSeconds: workload.maxRuntimeSeconds ?? null,
    memoryBytes: plan.reservation.memoryBytes,
    logBytes: LOG_BYTES,
    restart: workload.type === 'server',
    notices: plan.notices,
    feeders: plan.feeders,
    relayPort: isolatedServer ? plan.port : null,
  };
}

/** The environment of what builds the sandbox: the machine's PATH, and the program's variables under other names. */
const carried = (variables: Record<string, string>, names: readonly string[]): Record<string, string> => ({
  PATH: toolPath(),
  ...Object.fromEntries(names.map((name) => [`${CARRIED}${name}`, variables[name] ?? ''])),
});

function sandboxSpec(
  { workload, folder, runtime, port, python, ...plan }: InstancePlan,
  path: string,
  variables: readonly string[],
): SandboxSpec {
  const certificates = Object.values(plan.platform).filter((value) => isAbsolute(value) && existsSync(value));
  return {
    ml: folder.ml,
    temporary: folder.temporary,
    home: folder.home,
    stage: folder.stage,
    hostsFile: folder.hosts,
    hostname: plan.instance.host,
    hidden: [...plan.hidden, homedir(), ...othersHomes()]
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path)),
    readable: [...runtime.readable, ...certificates, RELAY, ...pythonFolders(python)],
    readOnly: plan.readOnly,
    isolated: workload.networkIsolation ?? false,
    path,
    variables,
    loopback: [python, '-I', '-S', RELAY, 'up'],
    beside:
      workload.networkIsolation && port !== undefined ? [python, '-I', '-S', RELAY, '4', String(port)] : undefined,
  };
}

/** Root could look into everybody's. */
const othersHomes = () => (process.getuid?.() === 0 ? ['/home'] : []);

const pythonFolders = (python: string) => {
  const prefix = dirname(dirname(realpathSync(python)));
  return [dirname(python), join(prefix, 'bin'), join(prefix, 'lib')];
};

function environmentOf(plan: InstancePlan): Record<string, string> {
  const { workload, runtime, sandbox, folder, cpus, port, devices } = plan;
  return {
    PATH: [...runtime.path, ...SYSTEM_PATH].join(':'),
    HOME: sandbox.hasOptMl ? '/root' : folder.home,
    TMPDIR: sandbox.hasOptMl ? '/tmp' : folder.temporary,
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    // More threads than processors only get in each other's way.
    OMP_NUM_THREADS: String(cpus),
    CUDA_VISIBLE_DEVICES: devices.join(','),
    AWS_REGION: workload.scope.region,
    AWS_DEFAULT_REGION: workload.scope.region,
    ...plan.platform,
    ...(plan.credentialsUri && { AWS_CONTAINER_CREDENTIALS_FULL_URI: plan.credentialsUri }),
    // Only the gateway may ask: what it checks, a model server does not.
    ...(port !== undefined && { SAGEMAKER_BIND_TO_PORT: String(port), WILDSAGE_BIND_ADDRESS: '127.0.0.1' }),
    ...(!sandbox.hasOptMl && { SAGEMAKER_BASE_DIR: folder.ml }),
    ...workload.environment,
    // After the workload's own: those would lose what the runtime's commands need.
    ...runtime.environment,
  };
}

/** Below the range from which systems take ports for outgoing connections, so that none is taken in between. */
const FIRST_PORT = 21_000;
const PORTS = 11_000;

/** A loopback port that nobody listens on and that is not in `taken`. */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  const start = Math.floor(Math.random() * PORTS);
  for (let step = 0; step < PORTS; step++) {
    const port = FIRST_PORT + ((start + step) % PORTS);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new WorkloadFailure('machine', `No free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS}`);
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
