import type { WorkloadOutput } from '../workload.ts';
import type { Access } from './access.ts';
import { type Place, storeFile } from './outputs.ts';
import { walk } from './walk.ts';

const LOOK_EVERY_MS = 1000;

/**
 * Stores checkpoints as they appear: a file once it has stayed the same from one look to the next, and again whenever
 * it changed. At the end everything that is not yet stored as it is then.
 */
export class CheckpointSync {
  readonly #outputs: readonly WorkloadOutput[];
  readonly #access: Access;
  readonly #placesOf: (output: WorkloadOutput) => Promise<readonly Place[]>;
  readonly #seen = new Map<string, string>();
  readonly #stored = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  #closed = false;

  constructor(
    outputs: readonly WorkloadOutput[],
    access: Access,
    placesOf: (output: WorkloadOutput) => Promise<readonly Place[]>,
  ) {
    this.#outputs = outputs;
    this.#access = access;
    this.#placesOf = placesOf;
    this.#schedule();
  }

  /** The last state, after the program has ended. */
  async finish(): Promise<void> {
    await this.close();
    await this.#look(true);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#pass;
  }

  #schedule(): void {
    if (this.#closed || !this.#outputs.length) return;
    this.#timer = setTimeout(() => {
      this.#pass = this.#look(false).finally(() => this.#schedule());
    }, LOOK_EVERY_MS).unref();
  }

  async #look(isLast: boolean): Promise<void> {
    for (const output of this.#outputs) {
      try {
        for (const place of await this.#placesOf(output)) await this.#lookAt(output, place, isLast);
      } catch (error) {
        // Checkpoints are a help, not the result: a job does not fail by them.
        this.#access.log.warn('Checkpoints could not be stored', { s3Uri: output.s3Uri, error });
      }
    }
  }

  async #lookAt(output: WorkloadOutput, place: Place, isLast: boolean): Promise<void> {
    for await (const { path, kind, size, modifiedMs } of walk(place.path)) {
      if (kind === 'folder' || (this.#closed && !isLast)) continue;
      const name = `${place.path}/${path}`;
      const version = `${size}:${modifiedMs}`;
      const isSettled = isLast || this.#seen.get(name) === version;
      this.#seen.set(name, version);
      if (!isSettled || this.#stored.get(name) === version) continue;
      await storeFile(output, place, path, this.#access);
      this.#stored.set(name, version);
    }
  }
}
