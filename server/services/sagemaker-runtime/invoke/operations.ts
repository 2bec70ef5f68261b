import type { InvokeEndpointCommandInput, InvokeEndpointCommandOutput } from '@aws-sdk/client-sagemaker-runtime';
import type { Operation, Operations, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { endpointArn } from '../../sagemaker/endpoints/index.ts';
import { chooseInstance, chooseVariant } from './choice.ts';
import { type Answer, type ContainerClient, createContainerClient, NoAnswer } from './container-client.ts';
import {
  endpointNotFound,
  modelError,
  modelSilent,
  NO_ANSWER,
  noInferenceComponents,
  noInstance,
  notMultiModel,
  notServed,
  variantNotFound,
} from './errors.ts';
import { countInvocation } from './metrics.ts';
import { createRoutes, type Instance, type Route, type VariantRoute } from './routes.ts';

/** SageMaker waits this long for a container's answer. */
const TIMEOUT_MS = 60_000;

export function invokeOperations(
  { resources, compute, telemetry }: Pick<Platform, 'resources' | 'compute' | 'telemetry'>,
  { client = createContainerClient(TIMEOUT_MS), random = Math.random } = {},
): Operations {
  const routes = createRoutes({ resources, compute });

  const InvokeEndpoint: Operation<InvokeEndpointCommandInput, InvokeEndpointCommandOutput> = {
    permissions: (input, context) => [
      {
        action: 'sagemaker:InvokeEndpoint',
        resource: endpointArn(context, input.EndpointName ?? ''),
        ...(input.TargetModel && { conditions: { 'sagemaker:TargetModel': input.TargetModel } }),
      },
    ],
    async handle(input, context) {
      const begun = process.hrtime.bigint();
      let turn = await takeTurn(input, context);
      if (turn.answer instanceof NoAnswer && turn.answer.why === 'unsent') {
        // The server went away before it took the request, as old ones do in an update: the store knows the new ones.
        routes.forget(context, input.EndpointName!);
        turn = await takeTurn(input, context);
      }
      const { answer, variant, modelMicroseconds } = turn;
      countInvocation(telemetry, context, variant, {
        status: answer instanceof NoAnswer ? NO_ANSWER : answer.status,
        modelMicroseconds,
        totalMicroseconds: microsecondsSince(begun),
      });
      return outputOf(turn, context);
    },
  };

  /** One try: a variant by its weight, one of its instances, and what that says. */
  async function takeTurn(input: InvokeEndpointCommandInput, context: RequestContext): Promise<Turn> {
    const found = routes.find(context, input.EndpointName!);
    const route = found instanceof Promise ? await found : found;
    if (!route) throw endpointNotFound(context, input.EndpointName!);
    refuseOtherWays(input);
    const variant = variantOf(route, input.TargetVariant, random);
    const instance = chooseInstance(variant, random);
    if (!instance) throw noInstance();
    const asked = process.hrtime.bigint();
    const answer = await ask(client, instance, input);
    return { answer, variant, route, modelMicroseconds: microsecondsSince(asked) };
  }

  return { InvokeEndpoint };
}

interface Turn {
  readonly answer: Answer | NoAnswer;
  readonly variant: VariantRoute;
  readonly route: Route;
  readonly modelMicroseconds: number;
}

const microsecondsSince = (begun: bigint): number => Number(process.hrtime.bigint() - begun) / 1000;

function variantOf(route: Route, target: string | undefined, random: () => number): VariantRoute {
  const variant = target ? route.variants.find(({ name }) => name === target) : chooseVariant(route, random);
  if (variant) return variant;
  throw target ? variantNotFound(target, route.endpoint) : noInstance();
}

async function ask(
  client: ContainerClient,
  instance: Instance,
  input: InvokeEndpointCommandInput,
): Promise<Answer | NoAnswer> {
  instance.outstanding++;
  try {
    return await client.invoke(instance, headersFor(input), bytesOf(input.Body));
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  } finally {
    instance.outstanding--;
  }
}

/** The gateway gives the bytes as they came; the SDK's type allows more than that. */
const bytesOf = (body: InvokeEndpointCommandInput['Body']): Uint8Array =>
  body instanceof Uint8Array ? body : Buffer.from(body === undefined ? '' : String(body));

/** SageMaker passes these headers on, and no others. */
function headersFor(input: InvokeEndpointCommandInput): Record<string, string> {
  const headers: Record<string, string> = {};
  if (input.ContentType) headers['content-type'] = input.ContentType;
  if (input.Accept) headers.accept = input.Accept;
  if (input.CustomAttributes) headers['x-amzn-sagemaker-custom-attributes'] = input.CustomAttributes;
  if (input.InferenceId) headers['x-amzn-sagemaker-inference-id'] = input.InferenceId;
  return headers;
}

function outputOf(
  { answer, variant, route }: Turn,
  context: RequestContext,
): Omit<InvokeEndpointCommandOutput, '$metadata'> {
  if (answer instanceof NoAnswer) {
    throw modelSilent(context, route.logGroup, answer.why === 'unsent' ? 'disconnected' : answer.why);
  }
  const { status, body, contentType, customAttributes } = answer;
  if (status < 200 || status >= 300) throw modelError(context, route.logGroup, status, body);
  return {
    // The SDK's type adds reading helpers that only its own client makes.
    Body: body as unknown as InvokeEndpointCommandOutput['Body'],
    ContentType: contentType,
    InvokedProductionVariant: variant.name,
    CustomAttributes: customAttributes,
  };
}

/** Ways of invoking that need another kind of endpoint. */
function refuseOtherWays(input: InvokeEndpointCommandInput): void {
  if (input.TargetModel) throw notMultiModel(input.EndpointName!);
  if (input.TargetContainerHostname) throw notServed('TargetContainerHostname');
  if (input.InferenceComponentName) throw noInferenceComponents();
  if (input.SessionId) throw notServed('SessionId');
  if (input.EnableExplanations) throw notServed('EnableExplanations');
}
