import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';

const GIB = 1024 ** 3;

/** What this machine has to give to workloads. */
export interface Machine {
  readonly memoryBytes: number;
  /** The most that one instance gets, whatever its type; missing: a share of the machine. */
  readonly instanceMemoryBytes?: number;
  readonly cpus: number;
  readonly gpus: number;
}

/** Of the machine's memory, what is left to the rest: the platform itself, the desktop, the client. */
const KEPT_BACK = 1 / 8;

/**
 * This machine, or what `WILDSAGE_MEMORY_GIB` (for all workloads together) and `WILDSAGE_INSTANCE_MEMORY_GIB` (at most
 * for one instance) allow of it. A container's own limit counts as the machine's memory.
 */
export async function thisMachine(env: NodeJS.ProcessEnv = process.env): Promise<Machine> {
  const limit = process.constrainedMemory();
  const physical = limit > 0 && limit < totalmem() ? limit : totalmem();
  return {
    memoryBytes: gibibytes(env, 'WILDSAGE_MEMORY_GIB') ?? Math.floor(physical * (1 - KEPT_BACK)),
    instanceMemoryBytes: gibibytes(env, 'WILDSAGE_INSTANCE_MEMORY_GIB'),
    cpus: availableParallelism(),
    gpus: await countGpus(),
  };
}

function gibibytes(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} must be a number of GiB greater than 0, not "${text}"`);
  return Math.floor(value * GIB);
}

const countGpus = () =>
  new Promise<number>((resolve) => {
    execFile('nvidia-smi', ['--list-gpus'], { timeout: 10_000 }, (error, stdout) =>
      resolve(error ? 0 : stdout.split('\n').filter((line) => line.startsWith('GPU ')).length),
    );
  });
