import type { Clock } from './clock.ts';
import type { Compute } from './compute/workload.ts';
import type { Config } from './config.ts';
import type { Controller } from './controllers/controller.ts';
import type { Identity } from './identity/identity.ts';
import type { Logger } from './logger.ts';
import type { ObjectStorage } from './objects/index.ts';
import type { Operations } from './operations.ts';
import type { ResourceStore } from './resources/resource-store.ts';
import type { TelemetryStore } from './telemetry/telemetry-store.ts';

/** The shared floors, as features get them. A feature takes what it needs: `({ resources, clock }: Platform) => …`. */
export interface Platform {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly resources: ResourceStore;
  readonly identity: Identity;
  readonly objects: ObjectStorage;
  readonly telemetry: TelemetryStore;
  readonly compute: Compute;
}

/** What a feature's `index.ts` gives to the server. */
export interface Feature {
  /** The service it belongs to, as in `server/models/services.ts`. */
  readonly service: string;
  readonly operations: Operations;
  readonly controllers?: readonly Controller[];
}
