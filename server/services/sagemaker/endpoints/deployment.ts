import type { ProductionVariant } from '@aws-sdk/client-sagemaker';
import type { Compute } from '../../../compute/workload.ts';
import type { ResourceStore } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { endpointConfigs } from '../endpoint-configs/index.ts';
import { containerOf, type Model, models } from '../models/index.ts';
import type { DeployedVariant, Deployment } from './resource.ts';

type Floors = { readonly resources: ResourceStore; readonly compute: Compute };

const DEFAULT_STARTUP_TIMEOUT = 600;
const DEFAULT_DOWNLOAD_TIMEOUT = 900;

/**
 * What a configuration means now: its models are looked up and written down. Throws ValidationException when the
 * configuration, one of its models or an image of theirs is not there.
 */
export async function resolveDeployment(
  { resources, compute }: Floors,
  scope: Scope,
  configName: string,
  generation: number,
  now: Date,
): Promise<Deployment> {
  const config = await resources.get(endpointConfigs, scope, configName);
  const variants: DeployedVariant[] = [];
  for (const variant of config.doc.ProductionVariants ?? []) {
    const model = await resources.get(models, scope, variant.ModelName!);
    const image = containerOf(model.doc)!.Image!;
    const { InstanceType: instanceType, InitialInstanceCount: instanceCount } = variant;
    compute.check(image, { type: 'server', instanceType: instanceType!, instanceCount: instanceCount! });
    variants.push(deployedVariant(variant, model.doc, compute.resolve(image), generation, now));
  }
  return { configName, startedAt: now.toISOString(), variants };
}

function deployedVariant(
  variant: ProductionVariant,
  model: Model,
  resolvedImage: string,
  generation: number,
  now: Date,
): DeployedVariant {
  const container = containerOf(model)!;
  return {
    name: variant.VariantName!,
    generation,
    modelName: variant.ModelName!,
    image: container.Image!,
    resolvedImage,
    modelDataUrl: container.ModelDataUrl,
    modelDataSource: container.ModelDataSource,
    environment: container.Environment ?? {},
    roleArn: model.ExecutionRoleArn,
    networkIsolation: model.EnableNetworkIsolation ?? false,
    instanceType: variant.InstanceType!,
    instanceCount: variant.InitialInstanceCount!,
    weight: variant.InitialVariantWeight ?? 1,
    routing: variant.RoutingConfig,
    downloadTimeoutSeconds: variant.ModelDataDownloadTimeoutInSeconds ?? DEFAULT_DOWNLOAD_TIMEOUT,
    startTimeoutSeconds: variant.ContainerStartupHealthCheckTimeoutInSeconds ?? DEFAULT_STARTUP_TIMEOUT,
    resolvedAt: now.toISOString(),
  };
}

/** `next` with the instance counts and weights that variants of the same name have now, but for what `exclude` names. */
export function retainProperties(next: Deployment, current: Deployment, exclude: readonly string[]): Deployment {
  const variants = next.variants.map((variant) => {
    const before = current.variants.find(({ name }) => name === variant.name);
    if (!before) return variant;
    return {
      ...variant,
      ...(!exclude.includes('DesiredInstanceCount') && { instanceCount: before.instanceCount }),
      ...(!exclude.includes('DesiredWeight') && { weight: before.weight }),
    };
  });
  return { ...next, variants };
}

/** Weights and instance counts that UpdateEndpointWeightsAndCapacities asks for. */
export interface Rescaling {
  readonly VariantName: string;
  readonly DesiredWeight?: number;
  readonly DesiredInstanceCount?: number;
}

/** The deployment with these changes. A variant gets a new generation, hence new servers, only for another count. */
export function rescaled(
  current: Deployment,
  changes: readonly Rescaling[],
  generation: number,
  now: Date,
): Deployment {
  const variants = current.variants.map((variant) => {
    const change = changes.find(({ VariantName }) => VariantName === variant.name);
    if (!change) return variant;
    const instanceCount = change.DesiredInstanceCount ?? variant.instanceCount;
    return {
      ...variant,
      weight: change.DesiredWeight ?? variant.weight,
      instanceCount,
      generation: instanceCount === variant.instanceCount ? variant.generation : generation,
    };
  });
  return { ...current, startedAt: now.toISOString(), variants };
}
