import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

let bootId: string | undefined;

/**
 * Tells a process from a later one with the same number, in the form that supervisors write it: the boot and the
 * moment of its start. Undefined when there is no such process (or only its remains, not yet collected).
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C' } });
    return answer.stdout?.toString().trim() || undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${bootId}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

export interface ProcessRecord {
  readonly pid: number;
  readonly identity: string;
}

export const isAlive = (recorded: ProcessRecord) => processIdentity(recorded.pid) === recorded.identity;

/** Sends a signal only to the very process that was recorded, or with `group` to the group that it leads. */
export function signalProcess(
  recorded: ProcessRecord,
  signal: NodeJS.Signals,
  options: { group?: boolean } = {},
): boolean {
  if (!isAlive(recorded)) return false;
  try {
    process.kill(options.group ? -recorded.pid : recorded.pid, signal);
    return true;
  } catch {
    return false;
  }
}
