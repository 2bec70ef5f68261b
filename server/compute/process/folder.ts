import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Observation, Outcome, Phase } from '../workload.ts';

/** What a workload's folder remembers besides its description: enough to go on from, after any crash. */
export interface WorkloadState {
  readonly createdAt: string;
  readonly phase: Exclude<Phase, 'absent'>;
  readonly message?: string;
  readonly history: Observation['history'];
  /** Set on disk before the first supervisor starts: from then on nothing that came before is done again. */
  readonly launched: boolean;
  /** Loopback ports of servers, one for each instance. */
  readonly ports: readonly number[];
  /** Numbers of the GPUs that it holds. */
  readonly devices?: readonly number[];
  /** Decided while it still ran, whatever its programs say when they end. */
  readonly verdict?: Outcome;
  readonly stopAsked?: boolean;
  readonly removeAsked?: boolean;
  /** How the program ended, while outputs are still being stored. */
  readonly programOutcome?: Outcome;
  readonly outcome?: Outcome;
}

/** Begins the names of folders that are being made or being taken away: no workloads. */
export const DRAFT = '.draft-';

/** The layout of one workload's folder. */
export interface WorkloadFolder {
  readonly path: string;
  readonly description: string;
  readonly state: string;
  /** The secret part of its credentials' address. */
  readonly token: string;
  instance(host: string): InstanceFolder;
}

export interface InstanceFolder {
  readonly path: string;
  /** What the program sees as /opt/ml. */
  readonly ml: string;
  readonly temporary: string;
  readonly home: string;
  readonly stage: string;
  /** Data that feeders stream into FIFOs. */
  readonly streams: string;
  readonly hosts: string;
  /** Shared with the supervisor; `supervisor.py` says what each is. */
  readonly run: string;
  readonly supervisor: string;
  readonly status: string;
  readonly log: string;
  readonly stop: string;
  readonly exit: string;
}

/** The folder's name is the workload's own where that is a safe file name, else made from it. */
export function workloadFolder(root: string, name: string): WorkloadFolder {
  const path = join(root, folderName(name));
  return {
    path,
    description: join(path, 'workload.json'),
    state: join(path, 'state.json'),
    token: join(path, 'token'),
    instance: (host) => instanceFolder(join(path, host)),
  };
}

function folderName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(name)) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 80)}.${digest}`;
}

function instanceFolder(path: string): InstanceFolder {
  return {
    path,
    ml: join(path, 'ml'),
    temporary: join(path, 'tmp'),
    home: join(path, 'home'),
    stage: join(path, 'stage'),
    streams: join(path, 'streams'),
    hosts: join(path, 'hosts'),
    run: join(path, 'run.json'),
    supervisor: join(path, 'supervisor.json'),
    status: join(path, 'status.json'),
    log: join(path, 'log'),
    stop: join(path, 'stop'),
    exit: join(path, 'exit.json'),
  };
}
