import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Sent in turn, each once; a connection sends its next when the answer to the one before is there. */
  readonly requests: readonly Uint8Array[];
}

export interface LoadResult {
  readonly seconds: number;
  /** Of each request, in the order of their answers. */
  readonly latencies: Float64Array;
}

/** A process that only sends requests and takes their answers, so that it stands in nobody's way. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('load-generator.ts', import.meta.url)), { serialization: 'advanced' });
  }

  /** Throws when an answer is anything but 200. */
  async run(load: Load): Promise<LoadResult> {
    const answered = once(this.#child, 'message');
    this.#child.send(load);
    const [result] = (await answered) as [LoadResult | { error: string }];
    if ('error' in result) throw new Error(`${load.url}: ${result.error}`);
    return result;
  }

  stop(): void {
    this.#child.disconnect();
  }
}
