import type { Outcome } from '../workload.ts';
import type { InstanceExit } from './instance.ts';

/** How one instance ended, with what it left behind to read. */
export interface InstanceEnd {
  readonly host: string;
  readonly exit: InstanceExit;
  /** Beginning of /opt/ml/output/failure. */
  readonly failureText?: string;
  /** Its log's last lines. */
  readonly lastLines?: string;
}

/** How a workload ended, from how its instances did: the first failure counts, then a limit, then the wish to stop. */
export function outcomeOf(ends: readonly InstanceEnd[]): Outcome {
  const inOrder = [...ends].sort((a, b) => a.exit.at - b.exit.at);
  for (const end of inOrder) {
    const failure = failureOf(end);
    if (failure) return failure;
  }
  if (ends.some(({ exit }) => exit.reason === 'max-runtime')) return { kind: 'stopped', because: 'max-runtime' };
  if (ends.some(({ exit }) => exit.reason === 'asked')) return { kind: 'stopped', because: 'asked' };
  return { kind: 'succeeded' };
}

const SIGNALS: Readonly<Record<number, string>> = {
  2: 'SIGINT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** Exit codes above 128 are signals, as shells tell them. */
export const signalOf = (exitCode: number): string | undefined => SIGNALS[exitCode - 128];

export function failureOf({ exit, failureText, lastLines }: InstanceEnd): Outcome | undefined {
  switch (exit.reason) {
    case 'ended': {
      if (exit.code === 0) return undefined;
      const code = exit.code ?? 1;
      return { kind: 'failed', at: 'program', exitCode: code, signal: signalOf(code), message: failureText ?? '' };
    }
    case 'memory':
      return {
        kind: 'failed',
        at: 'program',
        exitCode: 137,
        signal: 'SIGKILL',
        message: failureText || tooMuchMemory(exit),
      };
    case 'sandbox':
      return {
        kind: 'failed',
        at: 'machine',
        message: `The sandbox could not be set up: ${lastLines || 'no reason given'}`,
      };
    case 'lost':
    case 'machine':
      return {
        kind: 'failed',
        at: 'machine',
        message: 'The instance ended unexpectedly: its processes were killed from outside, or the machine went down.',
      };
    default:
      return undefined;
  }
}

/** After AWS's own words for the same. */
function tooMuchMemory({ usedBytes = 0, memoryBytes = 0 }: InstanceExit): string {
  const mebibytes = (bytes: number) => `${Math.floor(bytes / 1024 ** 2)} MiB`;
  return (
    'Please use an instance type with more memory, or reduce the size of data processed on an instance. ' +
    `The program used ${mebibytes(usedBytes)} of memory and was ended: ${mebibytes(memoryBytes)} are reserved for it. ` +
    'On a machine smaller than the instance type, WILDSAGE_INSTANCE_MEMORY_GIB sets how much an instance gets.'
  );
}
