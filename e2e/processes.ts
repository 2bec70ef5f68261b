import { readdirSync, readFileSync } from 'node:fs';

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** Its command line, parts divided by blanks; empty for one that is ending. */
  readonly command: string;
}

/** Every process of this machine that this user may see. */
export function allProcesses(): RunningProcess[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // The name in parentheses may hold anything.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
      } catch {
        return [];
      }
    });
}

/** The processes that a process has started, and those that these have, and so on; nearest first. */
export function descendantsOf(ancestor: number): RunningProcess[] {
  const processes = allProcesses();
  const family: RunningProcess[] = [];
  let generation = [ancestor];
  while (generation.length > 0) {
    const children = processes.filter(({ parent }) => generation.includes(parent));
    family.push(...children);
    generation = children.map(({ pid }) => pid);
  }
  return family;
}
