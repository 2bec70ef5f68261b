import type { Compute } from '../../../compute/workload.ts';
import type { ResourceStore } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { type DeployedVariant, endpoints, logGroup, workloadName } from '../../sagemaker/endpoints/index.ts';

/** One healthy instance of a variant. */
export interface Instance {
  /** `http://127.0.0.1:34567` */
  readonly origin: string;
  /** Invocations that it is answering at this moment. */
  outstanding: number;
}

export interface VariantRoute {
  readonly name: string;
  readonly weight: number;
  readonly instanceCount: number;
  readonly leastOutstanding: boolean;
  readonly instances: readonly Instance[];
  /** Of its metrics. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Where invocations of an endpoint go. */
export interface Route {
  readonly endpoint: string;
  readonly logGroup: string;
  readonly variants: readonly VariantRoute[];
  readonly totalWeight: number;
}

export interface Routes {
  /** Undefined when there is no such endpoint, or none that serves yet. */
  find(scope: Scope, endpoint: string): Route | undefined | Promise<Route | undefined>;
  /** Has the route read anew next time. */
  forget(scope: Scope, endpoint: string): void;
}

const MAX_ROUTES = 10_000;

/**
 * The routes of the endpoints that were invoked, in memory. A change of an endpoint or of its servers drops its route,
 * so that the next invocation after an acknowledged change sees the new state.
 */
export function createRoutes({ resources, compute }: { resources: ResourceStore; compute: Compute }): Routes {
  const routes = new Map<string, Route | Promise<Route | undefined>>();
  const drop = ({ kind, name, ...scope }: Scope & { kind: string; name: string }) => {
    if (kind === endpoints.name) routes.delete(keyOf(scope, name));
  };
  resources.onChange(drop);
  compute.onChange(drop);

  const load = (scope: Scope, endpoint: string, key: string): Promise<Route | undefined> => {
    const loading = readRoute(resources, compute, scope, endpoint);
    if (routes.size >= MAX_ROUTES) routes.delete(routes.keys().next().value!);
    routes.set(key, loading);
    // Kept only if nothing changed while it was read, and only if an endpoint is there: names of missing ones are
    // without number.
    const settle = (route: Route | undefined) => {
      if (routes.get(key) !== loading) return;
      if (route) routes.set(key, route);
      else routes.delete(key);
    };
    loading.then(settle, () => settle(undefined));
    return loading;
  };

  return {
    find(scope, endpoint) {
      const key = keyOf(scope, endpoint);
      return routes.get(key) ?? load(scope, endpoint, key);
    },
    forget: (scope, endpoint) => void routes.delete(keyOf(scope, endpoint)),
  };
}

const keyOf = ({ accountId, region }: Scope, endpoint: string) => `${accountId}/${region}/${endpoint}`;

async function readRoute(
  resources: ResourceStore,
  compute: Compute,
  { accountId, region }: Scope,
  endpoint: string,
): Promise<Route | undefined> {
  const scope = { accountId, region };
  const deployed = (await resources.find(endpoints, scope, endpoint))?.doc;
  if (!deployed?.current?.variants.length || deployed.status === 'Deleting') return undefined;
  const variants = await Promise.all(
    deployed.current.variants.map((variant) => variantRoute(compute, scope, endpoint, variant)),
  );
  return {
    endpoint,
    logGroup: logGroup(endpoint),
    variants,
    totalWeight: variants.reduce((sum, { weight }) => sum + weight, 0),
  };
}

async function variantRoute(
  compute: Compute,
  scope: Scope,
  endpoint: string,
  variant: DeployedVariant,
): Promise<VariantRoute> {
  const { instances } = await compute.observe(workloadName(scope, endpoint, variant));
  return {
    name: variant.name,
    weight: variant.weight,
    instanceCount: variant.instanceCount,
    leastOutstanding: variant.routing?.RoutingStrategy === 'LEAST_OUTSTANDING_REQUESTS',
    instances: instances.flatMap(({ healthy, address }) =>
      healthy && address ? [{ origin: `http://${address}`, outstanding: 0 }] : [],
    ),
    // Frozen, so that telemetry makes its key of them only once.
    dimensions: Object.freeze({ EndpointName: endpoint, VariantName: variant.name }),
  };
}
