import type {
  CreateEndpointConfigCommandInput,
  CreateEndpointConfigCommandOutput,
  DeleteEndpointConfigCommandInput,
  DeleteEndpointConfigCommandOutput,
  DescribeEndpointConfigCommandInput,
  DescribeEndpointConfigCommandOutput,
  ListEndpointConfigsCommandInput,
  ListEndpointConfigsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import type { Operation, Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Tag } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { sagemakerArn } from '../arns.ts';
import { listOutput, listQuery } from '../listing.ts';
import { containerOf, models } from '../models/index.ts';
import { onResource, placementConditions, toCreate, toPassRole } from '../permissions.ts';
import { endpointConfigs } from './resource.ts';
import { checkEndpointConfig } from './variant-rules.ts';

export function endpointConfigOperations({ resources, compute }: Platform): Operations {
  const CreateEndpointConfig: Operation<CreateEndpointConfigCommandInput, CreateEndpointConfigCommandOutput> = {
    permissions: (input, context) => [
      ...toCreate(context, 'endpoint-config', input.EndpointConfigName, input.Tags, {
        ...placementConditions(input),
        ...variantConditions(input, context),
      }),
      ...toPassRole(input.ExecutionRoleArn),
    ],
    async handle(input, context) {
      checkEndpointConfig(input);
      for (const variant of input.ProductionVariants!) {
        const model = await resources.get(models, context, variant.ModelName!);
        // How many there may be is asked when they are to run, as on AWS.
        const one = { type: 'server', instanceType: variant.InstanceType!, instanceCount: 1 } as const;
        compute.check(containerOf(model.doc)!.Image!, one);
      }
      const { EndpointConfigName: name, Tags: tags, ...rest } = input;
      const variants = input.ProductionVariants!.map((variant) => ({ InitialVariantWeight: 1, ...variant }));
      const doc = { ...rest, ProductionVariants: variants };
      const options = { tags: tags as Tag[] | undefined, now: context.now };
      const created = await resources.create(endpointConfigs, context, name!, doc, options);
      return { EndpointConfigArn: created.arn };
    },
  };

  const DescribeEndpointConfig: Operation<DescribeEndpointConfigCommandInput, DescribeEndpointConfigCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'endpoint-config', input.EndpointConfigName)],
    async handle(input, context) {
      const { name, arn, doc, createdAt } = await resources.get(endpointConfigs, context, input.EndpointConfigName!);
      return {
        ...doc,
        EndpointConfigName: name,
        EndpointConfigArn: arn,
        CreationTime: createdAt,
        EnableNetworkIsolation: doc.EnableNetworkIsolation ?? false,
      };
    },
  };

  const ListEndpointConfigs: Operation<ListEndpointConfigsCommandInput, ListEndpointConfigsCommandOutput> = {
    async handle(input, context) {
      const page = await resources.list(endpointConfigs, context, listQuery(input));
      return listOutput(page, 'EndpointConfigs', ({ name, arn, createdAt }) => ({
        EndpointConfigName: name,
        EndpointConfigArn: arn,
        CreationTime: createdAt,
      }));
    },
  };

  const DeleteEndpointConfig: Operation<DeleteEndpointConfigCommandInput, DeleteEndpointConfigCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'endpoint-config', input.EndpointConfigName)],
    async handle(input, context) {
      await resources.delete(endpointConfigs, context, input.EndpointConfigName!);
      return {};
    },
  };

  return { CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig };
}

function variantConditions(input: CreateEndpointConfigCommandInput, scope: Scope): Record<string, string | string[]> {
  const variants = input.ProductionVariants ?? [];
  const types = [...new Set(variants.flatMap((variant) => variant.InstanceType ?? []))];
  const arns = variants.flatMap((variant) =>
    variant.ModelName ? [sagemakerArn(scope, 'model', variant.ModelName)] : [],
  );
  return {
    ...(types.length > 0 && { 'sagemaker:InstanceTypes': types }),
    ...(arns.length > 0 && { 'sagemaker:ModelArn': arns }),
    ...(input.KmsKeyId && { 'sagemaker:VolumeKmsKey': input.KmsKeyId }),
  };
}
