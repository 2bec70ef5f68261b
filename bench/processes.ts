import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';

/** A process of the bench's, ended with it. */
export interface Running {
  readonly process: ChildProcess;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Keeps the process to one CPU, where the system has `taskset`. */
  readonly cpu?: number;
}

/** Starts a server and waits until `ready` matches its output. Gives the match with it. */
export async function startServer(command: Command, ready: RegExp): Promise<Running & { match: RegExpExecArray }> {
  const { process: child, pid, stop } = start(command);
  let output = '';
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output = (output + chunk).slice(-20_000);
      const found = ready.exec(output);
      if (found) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command.command} ended with ${code}:\n${output}`)));
  });
  return { process: child, pid, stop, match };
}

const alive = new Set<ChildProcess>();
// However this process ends, what it started ends too.
process.once('exit', () => {
  for (const child of alive) child.kill();
});

export function start({ command, args, env = {}, cpu }: Command): Running {
  const pinned = cpu !== undefined && canPin;
  const [program, ...rest] = pinned ? ['taskset', '-c', String(cpu), command, ...args] : [command, ...args];
  const child = spawn(program!, rest, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { process: child, pid: child.pid ?? 0, stop };
}

/** `taskset` execs what it is given, so that the process id stays true. */
export const canPin = existsSync('/usr/bin/taskset');

/** Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** User and system time that a process has taken, its ended threads included; NaN where there is no `/proc`. */
export function cpuSeconds(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const [, afterName = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  const fields = afterName.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
