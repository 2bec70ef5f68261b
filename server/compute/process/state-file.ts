import type { Clock } from '../../clock.ts';
import type { Logger } from '../../logger.ts';
import { writeAtomically } from '../files.ts';
import type { WorkloadState } from './folder.ts';

const RETRY_MS = 2000;

/** A workload's state in memory and on disk. Writes that overlap become one; a full disk delays them, loses nothing. */
export class StateFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #state: WorkloadState;
  #writing: Promise<void> | undefined;
  #dirty = false;
  #closed = false;

  constructor(path: string, state: WorkloadState, floor: { readonly clock: Clock; readonly log: Logger }) {
    this.#path = path;
    this.#state = state;
    this.#clock = floor.clock;
    this.#log = floor.log;
  }

  get state(): WorkloadState {
    return this.#state;
  }

  /** Applies a change at once, a new phase with its time; resolves when it is on disk. */
  set(change: Partial<WorkloadState>): Promise<void> {
    const { phase } = change;
    const { history } = this.#state;
    const isNew = phase !== undefined && phase !== history.at(-1)?.phase;
    this.#state = {
      ...this.#state,
      ...change,
      ...(isNew && { message: undefined, history: this.#entered(phase) }),
    };
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** A phase comes once in a life: one that comes again is gone through anew, since a crash undid what was behind it. */
  #entered(phase: WorkloadState['phase']): WorkloadState['history'] {
    const { history } = this.#state;
    const known = history.findIndex((entry) => entry.phase === phase);
    return known < 0 ? [...history, { phase, at: this.#clock.now().toISOString() }] : history.slice(0, known + 1);
  }

  /** What it is doing, for people: not worth a write of its own. */
  say(message: string): void {
    this.#state = { ...this.#state, message };
  }

  /** Resolves when nothing is being written any more; gives up what cannot be. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      try {
        await writeAtomically(this.#path, JSON.stringify(this.#state));
      } catch (error) {
        if (this.#closed) return;
        this.#log.error('The state of a workload could not be written', { path: this.#path, error });
        this.#dirty = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }
}
