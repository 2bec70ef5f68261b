import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm, ContentDigest } from './digest.ts';
import type { DigestAsk } from './digest-worker.ts';

/** A digest that is reckoned in another thread. Blocks are in shared memory and must stay as they are until answered. */
export interface RemoteDigest {
  update(block: Uint8Array): Promise<void>;
  finish(): Promise<ContentDigest>;
  /** Forgets it; needed when `finish` is not reached. */
  drop(): void;
}

export interface DigestPool {
  start(algorithms: readonly ChecksumAlgorithm[]): RemoteDigest;
  close(): Promise<void>;
}

interface Thread {
  /** Digests in progress there. */
  load: number;
  ask<T>(ask: DigestAsk): Promise<T>;
  stop(): Promise<unknown>;
}

const startThread = (onEnd: (thread: Thread) => void): Thread => {
  // Without the options of this process, some of which (--eval) would break a thread.
  const worker = new Worker(new URL(`./digest-worker${extname(import.meta.url)}`, import.meta.url), { execArgv: [] });
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  worker.on('message', (value: unknown) => {
    waiting.shift()?.resolve(value);
    if (waiting.length === 0) worker.unref();
  });
  let failure = new Error('the hashing thread ended');
  let ended = false;
  worker.on('error', (error: Error) => {
    failure = error;
  });
  worker.on('exit', () => {
    ended = true;
    for (const { reject } of waiting.splice(0)) reject(failure);
    onEnd(thread);
  });
  worker.unref();
  const thread: Thread = {
    load: 0,
    ask: <T>(ask: DigestAsk) =>
      new Promise<T>((resolve, reject) => {
        if (ended) return reject(failure);
        worker.ref();
        waiting.push({ resolve: resolve as (value: unknown) => void, reject });
        worker.postMessage(ask);
      }),
    stop: () => worker.terminate(),
  };
  return thread;
};

/** Threads that hash, started as they are needed, so that the event loop goes on serving meanwhile. */
export const openDigestPool = (size = Math.min(4, availableParallelism())): DigestPool => {
  let threads: Thread[] = [];
  let lastId = 0;

  const forget = (ended: Thread) => {
    threads = threads.filter((thread) => thread !== ended);
  };
  const leastLoaded = (): Thread => {
    const idle = threads.find((thread) => thread.load === 0);
    if (idle) return idle;
    if (threads.length < size) threads.push(startThread(forget));
    return threads.reduce((best, thread) => (thread.load < best.load ? thread : best));
  };

  return {
    start(algorithms) {
      const thread = leastLoaded();
      const id = ++lastId;
      let open = true;
      const end = <T>(what: 'finish' | 'drop') => {
        open = false;
        thread.load -= 1;
        return thread.ask<T>({ do: what, id });
      };
      thread.load += 1;
      const started = thread.ask({ do: 'start', id, algorithms });
      started.catch(() => {});
      return {
        update: (block) => thread.ask({ do: 'update', id, block }),
        finish: async () => {
          const { md5, checksums } = await end<ContentDigest>('finish');
          return { md5: Buffer.from(md5), checksums };
        },
        drop: () => {
          if (open) end('drop').catch(() => {});
        },
      };
    },
    async close() {
      await Promise.all(threads.splice(0).map((thread) => thread.stop()));
    },
  };
};
