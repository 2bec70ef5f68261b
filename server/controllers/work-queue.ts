import type { Logger } from '../logger.ts';
import type { ResourceKey } from '../resources/resource-store.ts';
import { pauseAfter } from './backoff.ts';
import type { Controller, Next } from './controller.ts';
import type { Timer } from './timer.ts';

/** Runs a controller once on a key. */
export type Step = (key: ResourceKey, controller: Controller) => Promise<Next>;

export interface WorkQueue {
  /** Has a step run soon. While one runs for the key, another follows it; while one is due already, nothing changes. */
  add(key: ResourceKey, controller: Controller): void;
  /** Waits for running steps, starts no more, and forgets the rest. */
  stop(): Promise<void>;
}

/** A key that has something to do, and what it is at. Keys that are settled have no entry. */
interface Entry {
  readonly key: ResourceKey;
  readonly controller: Controller;
  state: 'queued' | 'running' | 'waiting';
  /** Something changed during the step that is running. */
  changed: boolean;
  /** In a row. */
  failures: number;
  cancelTimer(): void;
}

/** Timers cannot be set for longer than 24 days; looking again once a day costs nothing. */
const LONGEST_WAIT_MS = 24 * 3600 * 1000;

interface Options {
  readonly step: Step;
  readonly concurrency: number;
  readonly timer: Timer;
  readonly random: () => number;
  readonly log: Logger;
}

/** At most one step of a key at a time, `concurrency` steps in all; first come, first served. */
export function createWorkQueue({ step, concurrency, timer, random, log }: Options): WorkQueue {
  const entries = new Map<string, Entry>();
  const queued = new Set<Entry>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  function enqueue(entry: Entry): void {
    entry.cancelTimer();
    entry.state = 'queued';
    queued.add(entry);
    startQueued();
  }

  function startQueued(): void {
    for (const entry of queued) {
      if (stopped || running.size >= concurrency) return;
      queued.delete(entry);
      entry.state = 'running';
      entry.changed = false;
      const run = runStep(entry).finally(() => {
        running.delete(run);
        startQueued();
      });
      running.add(run);
    }
  }

  async function runStep(entry: Entry): Promise<void> {
    // A turn of its own, so that whoever caused the step (a change that is just being answered) is not held up by it.
    await Promise.resolve();
    try {
      const next = await step(entry.key, entry.controller);
      entry.failures = 0;
      settleOrGoOn(entry, next);
    } catch (error) {
      entry.failures += 1;
      // Its own writes before it failed may be the change: at once would be a loop without any pause.
      const pause = pauseAfter(entry.changed ? 1 : entry.failures, random);
      log.error('a controller step failed', { ...entry.key, failures: entry.failures, againInMs: pause, error });
      wait(entry, pause);
    }
  }

  function settleOrGoOn(entry: Entry, next: Next): void {
    if (stopped) return;
    if (entry.changed) enqueue(entry);
    else if ('settled' in next) entries.delete(idOf(entry.key));
    else wait(entry, next.againAfterSeconds * 1000);
  }

  function wait(entry: Entry, milliseconds: number): void {
    if (stopped) return;
    entry.state = 'waiting';
    entry.cancelTimer = timer.after(Math.min(milliseconds, LONGEST_WAIT_MS), () => enqueue(entry));
  }

  return {
    add(key, controller) {
      if (stopped) return;
      const entry = entries.get(idOf(key));
      if (entry?.state === 'running') entry.changed = true;
      else if (entry?.state === 'waiting') enqueue(entry);
      else if (!entry) {
        const fresh: Entry = { key, controller, state: 'queued', changed: false, failures: 0, cancelTimer: () => {} };
        entries.set(idOf(key), fresh);
        enqueue(fresh);
      }
    },
    async stop() {
      stopped = true;
      for (const entry of entries.values()) entry.cancelTimer();
      entries.clear();
      queued.clear();
      await Promise.all(running);
    },
  };
}

const idOf = ({ kind, accountId, region, name }: ResourceKey): string => `${kind}\n${accountId}\n${region}\n${name}`;
