import { loadConstraints } from '../models/constraints.ts';
import { loadServiceModel, type ServiceModel } from '../models/service-model.ts';
import { services } from '../models/services.ts';
import { compileValidation } from '../models/validation.ts';
import type { Operation } from '../operations.ts';
import type { Feature } from '../platform.ts';
import { createRestRouter, type RestRouter } from './rest-router.ts';

/** A service with everything that the steps need of it. */
export interface ServedService {
  readonly model: ServiceModel;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly validate: (operation: string, input: unknown) => string[];
  /** REST protocols only. */
  readonly route?: RestRouter;
}

/** Joins the features into the services that they belong to. Throws when two serve one operation, or none is known. */
export async function serveFeatures(features: readonly Feature[]): Promise<Map<string, ServedService>> {
  const served = await Promise.all(
    services.map(async (service): Promise<[string, ServedService]> => {
      const model = await loadServiceModel(service);
      const operations = new Map<string, Operation>();
      for (const feature of features.filter((each) => each.service === service.id)) {
        for (const [name, operation] of Object.entries(feature.operations)) {
          if (!model.operations.has(name)) throw new Error(`${service.id} has no operation ${name}`);
          if (operations.has(name)) throw new Error(`${service.id} ${name} is served twice`);
          operations.set(name, operation);
        }
      }
      const validate = compileValidation(loadConstraints(service));
      const isRest = service.protocols.some((protocol) => protocol.startsWith('rest-'));
      return [service.id, { model, operations, validate, route: isRest ? createRestRouter(model) : undefined }];
    }),
  );
  const unknown = features.find((feature) => !served.some(([id]) => id === feature.service));
  if (unknown) throw new Error(`There is no service ${unknown.service}`);
  return new Map(served);
}
