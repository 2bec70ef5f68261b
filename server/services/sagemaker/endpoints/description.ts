import type {
  DescribeEndpointCommandOutput,
  PendingDeploymentSummary,
  ProductionVariantSummary,
} from '@aws-sdk/client-sagemaker';
import type { Resource } from '../../../resources/resource-store.ts';
import type { Seen } from './observation.ts';
import { type DeployedVariant, type Endpoint, variantsOnlyIn } from './resource.ts';

/** An endpoint as DescribeEndpoint shows it; `seen` tells what servers that are to come wait for. */
export function description(
  resource: Resource<Endpoint>,
  seen: Seen,
): Omit<DescribeEndpointCommandOutput, '$metadata'> {
  const { name, arn, doc, createdAt, modifiedAt } = resource;
  const shown = doc.current ?? doc.pending;
  return {
    EndpointName: name,
    EndpointArn: arn,
    EndpointConfigName: shown?.configName,
    ProductionVariants: variantSummaries(doc, seen),
    EndpointStatus: doc.status,
    FailureReason: doc.failureReason,
    CreationTime: createdAt,
    LastModifiedTime: modifiedAt,
    LastDeploymentConfig: doc.lastDeploymentConfig,
    PendingDeploymentSummary: pendingSummary(doc, seen),
  };
}

function variantSummaries({ current, pending }: Endpoint, seen: Seen): ProductionVariantSummary[] | undefined {
  if (!current) return pending?.variants.map((variant) => creating(variant, pending.startedAt, seen));
  if (current.variants.length === 0) return undefined;
  return current.variants.map((variant) => {
    const wanted = pending?.variants.find(({ name }) => name === variant.name) ?? variant;
    return {
      ...summary(variant),
      DesiredWeight: wanted.weight,
      CurrentInstanceCount: variant.instanceCount,
      DesiredInstanceCount: wanted.instanceCount,
    };
  });
}

const creating = (variant: DeployedVariant, startedAt: string, seen: Seen): ProductionVariantSummary => ({
  ...summary(variant),
  DesiredWeight: variant.weight,
  CurrentInstanceCount: 0,
  DesiredInstanceCount: variant.instanceCount,
  VariantStatus: [
    { Status: 'Creating', StartTime: new Date(startedAt), StatusMessage: seen(variant)?.message?.slice(0, 1024) },
  ],
});

const summary = (variant: DeployedVariant): ProductionVariantSummary => ({
  VariantName: variant.name,
  DeployedImages: [
    {
      SpecifiedImage: variant.image,
      ResolvedImage: variant.resolvedImage,
      ResolutionTime: new Date(variant.resolvedAt),
    },
  ],
  CurrentWeight: variant.weight,
  RoutingConfig: variant.routing,
});

/** Only while an endpoint that serves is given other servers. */
function pendingSummary({ current, pending }: Endpoint, seen: Seen): PendingDeploymentSummary | undefined {
  if (!current || !pending || variantsOnlyIn(pending, current).length === 0) return undefined;
  return {
    EndpointConfigName: pending.configName,
    StartTime: new Date(pending.startedAt),
    ProductionVariants: pending.variants.map((variant) => ({
      ...creating(variant, pending.startedAt, seen),
      VariantName: variant.name,
      InstanceType: variant.instanceType as never,
    })),
  };
}
