import type {
  UpdateEndpointCommandInput,
  UpdateEndpointCommandOutput,
  UpdateEndpointWeightsAndCapacitiesCommandInput,
  UpdateEndpointWeightsAndCapacitiesCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import type { Operation, Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Scope } from '../../../scope.ts';
import { onResource } from '../permissions.ts';
import { notSupported } from '../unsupported.ts';
import { type Rescaling, rescaled, resolveDeployment, retainProperties } from './deployment.ts';
import { checkDeploymentConfig } from './deployment-config.ts';
import { endpointFailed, endpointInProgress, variantNotFound } from './errors.ts';
import { type Deployment, type Endpoint, endpoints, variantsOnlyIn } from './resource.ts';

/** The operations that change what an endpoint serves. */
export function endpointUpdates(platform: Platform): Operations {
  const { resources, compute } = platform;
  const UpdateEndpoint: Operation<UpdateEndpointCommandInput, UpdateEndpointCommandOutput> = {
    permissions: (input, context) => [
      onResource(context, 'endpoint', input.EndpointName),
      onResource(context, 'endpoint-config', input.EndpointConfigName),
    ],
    async handle(input, context) {
      checkDeploymentConfig(input.DeploymentConfig);
      const name = input.EndpointName!;
      // Before the configuration is looked up, so that a missing endpoint is what the client hears of.
      await resources.get(endpoints, context, name);
      const resolved = await resolveDeployment(platform, context, input.EndpointConfigName!, 0, context.now);
      const { arn } = await resources.update(
        endpoints,
        context,
        name,
        (doc) => {
          const current = mustServe(doc, context, name);
          return {
            ...updating(doc, ofGeneration(retained(resolved, current, input), doc.lastGeneration + 1)),
            lastDeploymentConfig: input.RetainDeploymentConfig ? doc.lastDeploymentConfig : input.DeploymentConfig,
          };
        },
        { now: context.now },
      );
      return { EndpointArn: arn };
    },
  };

  const UpdateEndpointWeightsAndCapacities: Operation<
    UpdateEndpointWeightsAndCapacitiesCommandInput,
    UpdateEndpointWeightsAndCapacitiesCommandOutput
  > = {
    permissions: (input, context) => [onResource(context, 'endpoint', input.EndpointName)],
    async handle(input, context) {
      const name = input.EndpointName!;
      const changes = (input.DesiredWeightsAndCapacities ?? []).map(checkedRescaling);
      const { arn } = await resources.update(
        endpoints,
        context,
        name,
        (doc) => {
          const current = mustServe(doc, context, name);
          for (const { VariantName: variant } of changes) {
            if (!current.variants.some((known) => known.name === variant))
              throw variantNotFound(context, name, variant);
          }
          const next = rescaled(current, changes, doc.lastGeneration + 1, context.now);
          for (const variant of variantsOnlyIn(next, current))
            compute.check(variant.image, { type: 'server', ...variant });
          return updating(doc, next);
        },
        { now: context.now },
      );
      return { EndpointArn: arn };
    },
  };

  return { UpdateEndpoint, UpdateEndpointWeightsAndCapacities };
}

function mustServe(doc: Endpoint, scope: Scope, name: string): Deployment {
  if (doc.status === 'Failed') throw endpointFailed(scope, name);
  if (doc.status !== 'InService' || !doc.current) throw endpointInProgress(scope, name);
  return doc.current;
}

const updating = (doc: Endpoint, pending: Deployment): Endpoint => ({
  ...doc,
  status: 'Updating',
  failureReason: undefined,
  pending,
  lastGeneration: doc.lastGeneration + 1,
});

const ofGeneration = (deployment: Deployment, generation: number): Deployment => ({
  ...deployment,
  variants: deployment.variants.map((variant) => ({ ...variant, generation })),
});

function retained(next: Deployment, current: Deployment, input: UpdateEndpointCommandInput): Deployment {
  if (!input.RetainAllVariantProperties) return next;
  const exclude = (input.ExcludeRetainedVariantProperties ?? []).map((property) => property.VariantPropertyType ?? '');
  return retainProperties(next, current, exclude);
}

function checkedRescaling(change: {
  VariantName?: string;
  DesiredWeight?: number;
  DesiredInstanceCount?: number;
  ServerlessUpdateConfig?: object;
}): Rescaling {
  const { VariantName: name = '', DesiredWeight, DesiredInstanceCount, ServerlessUpdateConfig } = change;
  if (ServerlessUpdateConfig) throw notSupported('ServerlessUpdateConfig', 'Variants here run on instances.');
  if (DesiredInstanceCount === 0) {
    throw validationError(`DesiredInstanceCount of production variant ${name} must be at least 1.`);
  }
  return { VariantName: name, DesiredWeight, DesiredInstanceCount };
}
