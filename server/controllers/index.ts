import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { ResourceKey, ResourceStore } from '../resources/resource-store.ts';
import type { Controller, ControllerLoop } from './controller.ts';
import { systemTimer, type Timer } from './timer.ts';
import { createWorkQueue, type Step } from './work-queue.ts';

export interface ControllerLoopOptions {
  readonly resources: Pick<ResourceStore, 'active' | 'onChange'>;
  /** One for a kind. */
  readonly controllers: readonly Controller[];
  readonly clock: Clock;
  readonly log: Logger;
  /** How many steps run at the same time; 32 when missing. */
  readonly concurrency?: number;
  readonly timer?: Timer;
  /** From 0 up to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

/** Steps longer than this are worth a line in the log: controllers are meant to act and look again, not to wait. */
const LONG_STEP_MS = 30_000;

export function createControllerLoop(options: ControllerLoopOptions): ControllerLoop {
  const { resources, clock, log, concurrency = 32, timer = systemTimer, random = Math.random } = options;
  const controllers = byKind(options.controllers);

  const step: Step = async (key, controller) => {
    const started = clock.now().getTime();
    const next = await controller.reconcile(key);
    const milliseconds = clock.now().getTime() - started;
    if (milliseconds > LONG_STEP_MS) log.warn('a controller step took long', { ...key, milliseconds });
    return next;
  };
  const queue = createWorkQueue({ step, concurrency, timer, random, log });
  let unsubscribe = (): void => {};

  function wake({ kind, accountId, region, name }: ResourceKey): void {
    const controller = controllers.get(kind);
    if (controller) queue.add({ kind, accountId, region, name }, controller);
  }

  return {
    wake,
    async start() {
      // Following before looking: what changes in between is seen twice, never missed.
      unsubscribe = resources.onChange(wake);
      for (const { kind } of controllers.values()) {
        for await (const resource of resources.active(kind)) wake(resource);
      }
    },
    async stop() {
      unsubscribe();
      await queue.stop();
    },
  };
}

function byKind(controllers: readonly Controller[]): Map<string, Controller> {
  const found = new Map<string, Controller>();
  for (const controller of controllers) {
    const { name } = controller.kind;
    if (found.has(name)) throw new Error(`two controllers for the kind ${name}`);
    found.set(name, controller);
  }
  return found;
}
