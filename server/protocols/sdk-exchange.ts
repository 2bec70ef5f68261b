import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { loadServiceModel, type OperationModel } from '../models/service-model.ts';
import { type ProtocolName, services } from '../models/services.ts';
import { protocols } from './index.ts';
import type { WireError, WireResponse } from './protocol.ts';

/** Tests of protocols: the model of one operation. */
export async function operationOf(serviceId: string, name: string): Promise<OperationModel> {
  const model = await loadServiceModel(services.find(({ id }) => id === serviceId)!);
  return model.operations.get(name)!;
}

interface SentRequest {
  readonly method: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array | Readable;
}

interface Server {
  readonly operation: OperationModel;
  readonly protocol: ProtocolName;
  /** What the router would have found in the path. */
  readonly labels?: Record<string, string>;
  readonly answer: { readonly output: unknown } | { readonly error: WireError };
}

/**
 * The other side of an AWS SDK's client, without a network: a request handler that decodes what the SDK has written and
 * answers in what the SDK has to read. `seen` is the last input and the last answer.
 */
export function otherSide({ operation, protocol, labels = {}, answer }: Server) {
  const seen: { input?: unknown; response?: WireResponse } = {};
  return {
    seen,
    async handle(request: SentRequest) {
      const body = await bytesOf(request.body);
      const query = new URLSearchParams(
        Object.entries(request.query ?? {}).flatMap(([name, value]) =>
          [value].flat().map((item): [string, string] => [name, item]),
        ),
      );
      const { method, headers } = request;
      seen.input = protocols[protocol].decode(operation, { method, labels, query, headers, body });
      seen.response =
        'error' in answer
          ? protocols[protocol].encodeError(answer.error, 'the-request-id', operation)
          : protocols[protocol].encode(operation, answer.output, 'the-request-id');
      const { status, headers: answered, body: content } = seen.response;
      return { response: { statusCode: status, headers: answered, body: Readable.from(content ? [content] : []) } };
    },
  };
}

async function bytesOf(body: SentRequest['body']): Promise<Buffer> {
  if (body instanceof Readable) return buffer(body);
  return body === undefined ? Buffer.alloc(0) : Buffer.from(body as Uint8Array);
}

/** Settings of a client whose requests go to the other side. */
export const clientOf = (requestHandler: object) => ({
  region: 'us-east-1',
  endpoint: 'http://localhost',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
  requestHandler: requestHandler as never,
});
