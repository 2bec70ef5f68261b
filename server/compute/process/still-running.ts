import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../../config.ts';
import { readJson } from '../files.ts';
import { isAlive, type ProcessRecord } from '../host/process-identity.ts';
import type { Workload } from '../workload.ts';
import { hostsOf } from './cluster.ts';
import { type InstanceFolder, workloadFolder } from './folder.ts';

/** False also for one that was told to end: its supervisor sees to that by itself. */
const runsOn = async ({ supervisor, stop }: InstanceFolder): Promise<boolean> => {
  const record = await readJson<ProcessRecord>(supervisor);
  return record !== undefined && isAlive(record) && !existsSync(stop);
};

const isRunning = async (root: string, workload: Workload): Promise<boolean> => {
  const folder = workloadFolder(root, workload.name);
  const instances = await Promise.all(hostsOf(workload).map((host) => runsOn(folder.instance(host))));
  return instances.includes(true);
};

/** The workloads of a home that run now and will go on, found without a server: by their supervisors. */
export async function stillRunning(home: string): Promise<Workload[]> {
  const root = paths(home).workloads;
  const names = await readdir(root).catch(() => []);
  const found = await Promise.all(names.map((name) => readJson<Workload>(join(root, name, 'workload.json'))));
  const workloads = found.filter((workload) => workload !== undefined);
  const running = await Promise.all(workloads.map((workload) => isRunning(root, workload)));
  return workloads.filter((_, index) => running[index]);
}
