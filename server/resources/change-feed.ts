import type { Logger } from '../logger.ts';
import type { Change } from './resource-store.ts';

/** Tells listeners of changes, in the order in which they are published. */
export interface ChangeFeed {
  publish(change: Change): void;
  onChange(listener: (change: Change) => void): () => void;
}

export function createChangeFeed(log: Logger): ChangeFeed {
  const listeners = new Set<(change: Change) => void>();
  return {
    publish(change) {
      for (const listener of listeners) {
        // The change is on disk: a listener's fault must neither undo the answer nor keep the others from hearing of it.
        try {
          listener(change);
        } catch (error) {
          log.error('a listener to resource changes failed', { ...change, error });
        }
      }
    },
    onChange(listener) {
      // A function of its own for each call, so that a listener may be added twice and taken away once.
      const call = (change: Change) => listener(change);
      listeners.add(call);
      return () => void listeners.delete(call);
    },
  };
}
