import { execFile } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { thisMachine } from '../../compute/capacity/machine.ts';
import { findPython } from '../../compute/host/python.ts';
import { bwrapSandbox } from '../../compute/sandbox/bwrap.ts';
import { works } from '../../compute/sandbox/choose.ts';
import { unshareSandbox } from '../../compute/sandbox/unshare.ts';
import type { Finding } from './findings.ts';

const run = promisify(execFile);
const GIB = 1024 ** 3;
const LEAST_DISK_GIB = 5;

const firstLine = async (command: string, ...args: string[]): Promise<string | undefined> => {
  try {
    const { stdout } = await run(command, args, { timeout: 10_000 });
    return stdout.trim().split('\n')[0];
  } catch {
    return undefined;
  }
};

const onMac = process.platform === 'darwin';

export async function checkPython(): Promise<Finding> {
  try {
    const { version, executable } = await findPython();
    return { name: 'Python', state: 'ok', found: `${version} (${executable})` };
  } catch (error) {
    return {
      name: 'Python',
      state: 'needed',
      found: (error as Error).message,
      cost: 'No job and no endpoint can run.',
      remedy: onMac ? 'brew install python' : 'sudo apt install python3 python3-venv, or your distribution’s like',
    };
  }
}

export async function checkUv(cache: string): Promise<Finding> {
  const own = join(cache, 'uv', 'bin', 'uv');
  const named = process.env.WILDSAGE_UV;
  for (const command of named ? [named] : ['uv', own]) {
    const version = await firstLine(command, '--version');
    if (version) return { name: 'uv', state: 'ok', found: version };
  }
  if (named) return { name: 'uv', state: 'needed', found: `WILDSAGE_UV names ${named}, which does not run` };
  return { name: 'uv', state: 'ok', found: 'not there yet: the first job gets it from the Python package index' };
}

const WITHOUT_SANDBOX = 'Jobs have no /opt/ml of their own, no network isolation, and see your files.';

/** What `WILDSAGE_SANDBOX` names, instead of the strongest that works. */
async function wantedSandbox(wanted: string): Promise<Finding> {
  const name = 'Sandbox';
  const found = `${wanted}, as WILDSAGE_SANDBOX asks`;
  const remedy = 'unset WILDSAGE_SANDBOX';
  if (wanted === 'none') return { name, state: 'missing', found, cost: WITHOUT_SANDBOX, remedy };
  const sandbox = [bwrapSandbox('bwrap'), unshareSandbox].find((each) => each.name === wanted);
  if (sandbox && (await works(sandbox))) return { name, state: 'ok', found };
  const cost = 'No job and no endpoint can run.';
  return { name, state: 'needed', found: `${found}, which does not work here`, cost, remedy };
}

export async function checkSandbox(): Promise<Finding> {
  const name = 'Sandbox';
  if (process.platform !== 'linux') {
    const cost = 'Jobs find their files by SM_* variables and SAGEMAKER_BASE_DIR, not at /opt/ml, and see your files.';
    return {
      name,
      state: 'missing',
      found: 'there is none for this system',
      cost,
      remedy: 'use Linux, or a Linux machine in a VM',
    };
  }
  const wanted = process.env.WILDSAGE_SANDBOX;
  if (wanted) return wantedSandbox(wanted);
  if (await works(bwrapSandbox('bwrap'))) return { name, state: 'ok', found: 'bubblewrap' };
  if (await works(unshareSandbox))
    return { name, state: 'ok', found: 'unshare (bubblewrap is not there, or may not run)' };
  return {
    name,
    state: 'missing',
    found: 'neither bubblewrap nor unshare works',
    cost: WITHOUT_SANDBOX,
    remedy: existsSync('/usr/bin/bwrap')
      ? 'allow unprivileged user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1'
      : 'sudo apt install bubblewrap, or your distribution’s like',
  };
}

export async function checkDocker(): Promise<Finding> {
  const version = await firstLine('docker', 'version', '--format', '{{.Server.Version}}');
  const name = 'Docker';
  if (version) return { name, state: 'ok', found: `${version} (not needed: jobs run as processes)` };
  return { name, state: 'ok', found: 'not there (not needed: jobs run as processes)' };
}

export async function checkGpu(): Promise<Finding> {
  const gpu = await firstLine('nvidia-smi', '--query-gpu=name,memory.total', '--format=csv,noheader');
  if (gpu) return { name: 'GPU', state: 'ok', found: gpu };
  return {
    name: 'GPU',
    state: 'missing',
    cost: 'Jobs on instance types with GPUs (ml.g*, ml.p*) cannot have one.',
    remedy: 'an NVIDIA GPU with its driver, so that nvidia-smi works',
  };
}

export async function checkMachine(): Promise<Finding> {
  const { cpus, memoryBytes } = await thisMachine();
  return {
    name: 'Machine',
    state: 'ok',
    found: `${cpus} CPUs, ${(memoryBytes / GIB).toFixed(1)} GiB of memory for jobs`,
  };
}

const existingAbove = (path: string): string => (existsSync(path) ? path : existingAbove(dirname(path)));

export function checkDisk(name: string, folder: string): Finding {
  const { bavail, bsize } = statfsSync(existingAbove(folder));
  const free = (bavail * bsize) / GIB;
  const found = `${free.toFixed(1)} GiB free for ${folder}`;
  if (free >= LEAST_DISK_GIB) return { name, state: 'ok', found };
  return {
    name,
    state: 'missing',
    found,
    cost: `Environments of jobs take a few GiB; below ${LEAST_DISK_GIB} GiB builds and uploads may fail.`,
    remedy: 'free some space, or set WILDSAGE_HOME and WILDSAGE_CACHE to folders on another disk',
  };
}
