import type { Outcome } from './workload.ts';

type Failed = Extract<Outcome, { kind: 'failed' }>;

/** Ends a workload with an outcome that people can read. */
export class WorkloadFailure extends Error {
  readonly at: Failed['at'];
  constructor(at: Failed['at'], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.at = at;
  }
}

/** Thrown by waits that end because the workload was asked to stop. */
export class StopAsked extends Error {}

/** Thrown by waits that end because the control plane closes; the workload goes on without it. */
export class Closing extends Error {}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Free some space and start again',
  EDQUOT: 'The disk quota is used up. Free some space and start again',
  EMFILE: 'Too many files are open. Raise the limit (ulimit -n) and start again',
  EACCES: 'The platform may not write to its own folder',
  EROFS: 'The file system of the platform is read-only',
};

/** What an error that ended a workload means. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof StopAsked) return { kind: 'stopped', because: 'asked' };
  if (error instanceof WorkloadFailure) return { kind: 'failed', at: error.at, message: error.message };
  const { code, message } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : SYSTEM_ERRORS[code];
  return { kind: 'failed', at: 'machine', message: known ? `${known}. (${message})` : message };
}
