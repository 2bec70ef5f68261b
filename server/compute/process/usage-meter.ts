import { statfs } from 'node:fs/promises';
import type { Logger } from '../../logger.ts';
import type { Scope } from '../../scope.ts';
import type { Datum, Telemetry } from '../../telemetry/telemetry.ts';
import { type FamilyUse, ProcessTable } from '../host/process-family.ts';

/** After the start; the first looks come early, for many a job is over within a second. */
const FIRST_LOOKS_MS = [100, 1_000, 4_000];
const EVERY_MS = 10_000;
/** The first figure covers all of a process's life, if that is not longer than this. */
const RECENT_SECONDS = 60;

/** One instance to measure, from the start of its program on. */
export interface Measured {
  readonly pid: number;
  readonly scope: Scope;
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** What is reserved for it. */
  readonly memoryBytes: number;
  /** On the disk that it works on. */
  readonly directory: string;
}

interface Watched {
  readonly what: Measured;
  last?: { readonly at: number; readonly cpuSeconds: number };
}

/**
 * Publishes what instances use, in per cent as SageMaker does: of the processor (100 for each one that is busy), of
 * the memory reserved, of the disk. Nothing where there is no /proc.
 */
export class UsageMeter {
  readonly #telemetry: Pick<Telemetry, 'putMetrics'>;
  readonly #log: Logger;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #measuring: Promise<void> | undefined;

  constructor(telemetry: Pick<Telemetry, 'putMetrics'>, log: Logger) {
    this.#telemetry = telemetry;
    this.#log = log;
  }

  /** Measures soon and then now and again. Returns the way to stop. */
  watch(what: Measured): () => void {
    const watched: Watched = { what };
    this.#watched.add(watched);
    const first = FIRST_LOOKS_MS.map((after) => setTimeout(() => this.#measure([watched]), after).unref());
    this.#timer ??= setInterval(() => this.#measure([...this.#watched]), EVERY_MS).unref();
    return () => {
      for (const look of first) clearTimeout(look);
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Resolves when nothing is being measured any more. */
  async close(): Promise<void> {
    this.#watched.clear();
    clearInterval(this.#timer);
    await this.#measuring;
  }

  #measure(watched: readonly Watched[]): void {
    this.#measuring = (this.#measuring ?? Promise.resolve())
      .then(() => this.#measureNow(watched))
      .catch((error) => this.#log.warn('what instances use could not be measured', { error }));
  }

  async #measureNow(watched: readonly Watched[]): Promise<void> {
    const table = await ProcessTable.read();
    const at = performance.now();
    for (const each of watched) {
      const used = table?.familyOf(each.what.pid);
      if (!used || !this.#watched.has(each)) continue;
      const disk = await diskPercent(each.what.directory);
      // Asked again: the instance may have ended, and its store been closed, while the disk was looked at.
      if (!this.#watched.has(each)) continue;
      const { scope, namespace, dimensions, memoryBytes } = each.what;
      const memory = Math.min(100, (100 * used.memoryBytes) / memoryBytes);
      const data: readonly [string, number | undefined][] = [
        ['CPUUtilization', cpuPercent(each, used, at)],
        ['MemoryUtilization', memory],
        ['DiskUtilization', disk],
      ];
      this.#telemetry.putMetrics(
        scope,
        namespace,
        data.flatMap(([name, value]): Datum[] =>
          value === undefined ? [] : [{ name, value, dimensions, unit: 'Percent' }],
        ),
      );
    }
  }
}

/** Since the last look; at the first one since the start, of what did not start long ago. */
function cpuPercent(watched: Watched, { cpuSeconds, ageSeconds }: FamilyUse, at: number): number | undefined {
  const { last } = watched;
  watched.last = { at, cpuSeconds };
  if (!last) return ageSeconds > 0 && ageSeconds < RECENT_SECONDS ? (100 * cpuSeconds) / ageSeconds : undefined;
  // What was used by a process whose parent did not wait for it is gone with it.
  return Math.max(0, (100 * (cpuSeconds - last.cpuSeconds)) / ((at - last.at) / 1000));
}

async function diskPercent(directory: string): Promise<number | undefined> {
  const disk = await statfs(directory).catch(() => undefined);
  if (!disk) return undefined;
  const used = disk.blocks - disk.bfree;
  return used + disk.bavail > 0 ? (100 * used) / (used + disk.bavail) : undefined;
}
