import { readdir, readFile } from 'node:fs/promises';

/** Ticks of the kernel's clock a second, which /proc counts processor time in: 100 on every Linux that Node.js runs on. */
const TICKS = 100;
const READ_AT_ONCE = 64;

/** What a process and everything it has started hold and have used. */
export interface FamilyUse {
  /** Of processor time; what has ended counts as long as its parent lives. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** How long ago the first of them started. */
  readonly ageSeconds: number;
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly cpuTicks: number;
  readonly startedTicks: number;
  readonly residentPages: number;
}

/** All processes of this machine at one moment. */
export class ProcessTable {
  readonly #entries: ReadonlyMap<number, ProcessEntry>;
  readonly #uptimeSeconds: number;
  readonly #pageBytes: number;

  private constructor(entries: readonly ProcessEntry[], uptimeSeconds: number) {
    this.#entries = new Map(entries.map((entry) => [entry.pid, entry]));
    this.#uptimeSeconds = uptimeSeconds;
    this.#pageBytes = pageBytes(this.#entries.get(process.pid)?.residentPages);
  }

  /** Undefined where there is no /proc (macOS). */
  static async read(): Promise<ProcessTable | undefined> {
    const [names, uptime] = await Promise.all([
      readdir('/proc').catch(() => []),
      readFile('/proc/uptime', 'latin1').catch(() => undefined),
    ]);
    if (uptime === undefined) return undefined;
    const pids = names.filter((name) => /^\d+$/.test(name));
    const entries: ProcessEntry[] = [];
    for (let at = 0; at < pids.length; at += READ_AT_ONCE) {
      const read = await Promise.all(pids.slice(at, at + READ_AT_ONCE).map(readEntry));
      entries.push(...read.filter((entry) => entry !== undefined));
    }
    return new ProcessTable(entries, Number.parseFloat(uptime));
  }

  /** The process, what descends from it and what else is in its session; undefined when it is not there. */
  familyOf(root: number): FamilyUse | undefined {
    const first = this.#entries.get(root);
    if (!first) return undefined;
    const members = [...this.#entries.values()].filter((entry) => this.#belongsTo(entry, root));
    const total = (of: (entry: ProcessEntry) => number) => members.reduce((sum, entry) => sum + of(entry), 0);
    return {
      cpuSeconds: total((entry) => entry.cpuTicks) / TICKS,
      memoryBytes: total((entry) => entry.residentPages) * this.#pageBytes,
      ageSeconds: Math.max(0, this.#uptimeSeconds - first.startedTicks / TICKS),
    };
  }

  #belongsTo(entry: ProcessEntry, root: number): boolean {
    const seen = new Set<number>();
    for (let each: ProcessEntry | undefined = entry; each && !seen.has(each.pid); ) {
      if (each.pid === root || each.session === root) return true;
      // Read one after the other, entries may be of different moments: a number used again could make a circle.
      seen.add(each.pid);
      each = this.#entries.get(each.parent);
    }
    return false;
  }
}

/** Nothing tells Node.js the size of a page, but it knows its own memory in bytes, and /proc tells that in pages. */
const pageBytes = (ownPages: number | undefined): number =>
  ownPages ? 2 ** Math.round(Math.log2(process.memoryUsage.rss() / ownPages)) : 4096;

async function readEntry(name: string): Promise<ProcessEntry | undefined> {
  const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the program's name, in parentheses, which may itself hold spaces and parentheses.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const field = (index: number) => fields[index] ?? 0;
  return {
    pid: Number(name),
    parent: field(1),
    session: field(3),
    cpuTicks: field(11) + field(12) + field(13) + field(14),
    startedTicks: field(19),
    residentPages: field(21),
  };
}
