import type { Kind, ResourceKey } from '../resources/resource-store.ts';

/** What a reconcile step wants next: nothing until the resource changes, or another look after some seconds. */
export type Next = { readonly settled: true } | { readonly againAfterSeconds: number };

export const settled: Next = { settled: true };
export const again = (seconds = 0): Next => ({ againAfterSeconds: seconds });

/**
 * Moves resources of one kind towards what was asked for. `reconcile` gets a key, reads everything afresh, takes one
 * step, and may be killed at any line and run again. Throwing means "again later, with growing pauses".
 * The loop never runs two steps of one key at the same time.
 */
// biome-ignore lint/suspicious/noExplicitAny: the loop holds controllers of every document type
export interface Controller<Doc = any> {
  readonly kind: Kind<Doc>;
  reconcile(key: ResourceKey): Promise<Next>;
}

/** The loop that runs all controllers: fed by the store's change feed, by `Next`, and by `wake`. */
export interface ControllerLoop {
  /** Takes up all active resources of every registered kind, then follows the change feed. */
  start(): Promise<void>;
  /** Have a look at this resource soon, because something outside the store happened (a workload ended). */
  wake(key: ResourceKey): void;
  /** Lets running steps end and starts no more. */
  stop(): Promise<void>;
}
