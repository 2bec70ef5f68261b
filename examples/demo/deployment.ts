import {
  type ContainerDefinition,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import type { Clients } from './clients.ts';
import { statusLine, until } from './show.ts';

const isMissing = (error: unknown) => error instanceof Error && /Could not find/i.test(error.message);

/** The endpoint, undefined when there is none of that name. */
async function find({ sagemaker }: Clients, EndpointName: string) {
  try {
    return await sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Deletes an endpoint, if it is there, and waits until it is gone. */
export async function removeEndpoint(clients: Clients, EndpointName: string): Promise<boolean> {
  if (!(await find(clients, EndpointName))) return false;
  await clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName }));
  await until(`Deleting endpoint ${EndpointName}`, 180, async () => !(await find(clients, EndpointName)) || undefined);
  return true;
}

/** Puts a model behind a real-time endpoint, in the place of an earlier one, and waits until it serves. */
export async function deploy(
  clients: Clients,
  endpoint: string,
  model: string,
  container: ContainerDefinition,
): Promise<void> {
  const { sagemaker, roleArn } = clients;
  await removeEndpoint(clients, endpoint);
  await sagemaker.send(
    new CreateModelCommand({ ModelName: model, ExecutionRoleArn: roleArn, PrimaryContainer: container }),
  );
  const variant = {
    VariantName: 'AllTraffic',
    ModelName: model,
    InstanceType: 'ml.m5.large' as const,
    InitialInstanceCount: 1,
  };
  await sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: model, ProductionVariants: [variant] }));
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName: model }));
  const show = statusLine();
  const ended = await until(`Endpoint ${endpoint}`, 300, async () => {
    const seen = await find(clients, endpoint);
    show(seen?.EndpointStatus ?? '');
    return seen && seen.EndpointStatus !== 'Creating' ? seen : undefined;
  });
  if (ended.EndpointStatus === 'InService') return;
  throw new Error(`Endpoint ${endpoint}: ${ended.EndpointStatus}. ${ended.FailureReason ?? ''}`);
}

/** Asks an endpoint for predictions of rows of numbers; gives the answer's text. */
export async function invoke({ runtime }: Clients, EndpointName: string, rows: readonly number[][], Accept: string) {
  const Body = rows.map((row) => row.join(',')).join('\n');
  const answer = await runtime.send(new InvokeEndpointCommand({ EndpointName, ContentType: 'text/csv', Accept, Body }));
  return answer.Body.transformToString();
}
