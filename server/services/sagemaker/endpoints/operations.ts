import type {
  CreateEndpointCommandInput,
  CreateEndpointCommandOutput,
  DeleteEndpointCommandInput,
  DeleteEndpointCommandOutput,
  DescribeEndpointCommandInput,
  DescribeEndpointCommandOutput,
  ListEndpointsCommandInput,
  ListEndpointsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import type { Operation, Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Tag } from '../../../resources/resource-store.ts';
import { listOutput, listQuery } from '../listing.ts';
import { onResource, toCreate } from '../permissions.ts';
import { resolveDeployment } from './deployment.ts';
import { checkDeploymentConfig } from './deployment-config.ts';
import { description } from './description.ts';
import { endpointInProgress } from './errors.ts';
import { observePending } from './observation.ts';
import { type Endpoint, endpoints } from './resource.ts';
import { newEndpoint } from './transitions.ts';
import { endpointUpdates } from './updates.ts';

export function endpointOperations(platform: Platform): Operations {
  const { resources, compute } = platform;

  const CreateEndpoint: Operation<CreateEndpointCommandInput, CreateEndpointCommandOutput> = {
    permissions: (input, context) => [
      ...toCreate(context, 'endpoint', input.EndpointName, input.Tags),
      onResource(context, 'endpoint-config', input.EndpointConfigName),
    ],
    async handle(input, context) {
      checkDeploymentConfig(input.DeploymentConfig);
      // Servers of an endpoint that was deleted a moment ago may still be ending: a name of theirs is not used again.
      const generation = context.now.getTime();
      const deployment = await resolveDeployment(platform, context, input.EndpointConfigName!, generation, context.now);
      const doc = { ...newEndpoint(deployment, generation), lastDeploymentConfig: input.DeploymentConfig };
      const options = { tags: input.Tags as Tag[] | undefined, now: context.now };
      const created = await resources.create(endpoints, context, input.EndpointName!, doc, options);
      return { EndpointArn: created.arn };
    },
  };

  const DescribeEndpoint: Operation<DescribeEndpointCommandInput, DescribeEndpointCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'endpoint', input.EndpointName)],
    async handle(input, context) {
      const resource = await resources.get(endpoints, context, input.EndpointName!);
      return description(resource, await observePending(compute, resource));
    },
  };

  const ListEndpoints: Operation<ListEndpointsCommandInput, ListEndpointsCommandOutput> = {
    async handle(input, context) {
      const page = await resources.list(endpoints, context, listQuery(input));
      return listOutput(page, 'Endpoints', ({ name, arn, doc, createdAt, modifiedAt }) => ({
        EndpointName: name,
        EndpointArn: arn,
        CreationTime: createdAt,
        LastModifiedTime: modifiedAt,
        EndpointStatus: doc.status,
      }));
    },
  };

  const DeleteEndpoint: Operation<DeleteEndpointCommandInput, DeleteEndpointCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'endpoint', input.EndpointName)],
    async handle(input, context) {
      const name = input.EndpointName!;
      await resources.update(
        endpoints,
        context,
        name,
        (doc): Endpoint => {
          if (doc.status !== 'InService' && doc.status !== 'Failed') throw endpointInProgress(context, name);
          return { ...doc, status: 'Deleting' };
        },
        { now: context.now },
      );
      return {};
    },
  };

  return { CreateEndpoint, DescribeEndpoint, ListEndpoints, DeleteEndpoint, ...endpointUpdates(platform) };
}
