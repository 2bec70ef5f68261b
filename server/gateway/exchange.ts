import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Authenticated, Caller } from '../identity/identity.ts';
import type { OperationModel } from '../models/service-model.ts';
import type { ProtocolName } from '../models/services.ts';
import type { Operation, RequestContext } from '../operations.ts';
import type { WireResponse } from '../protocols/protocol.ts';
import type { ServedService } from './served-services.ts';

/** One request on its way through the steps. Each step fills in what the later ones need. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly startedAt: bigint;
  readonly method: string;
  /** Raw, as signed. */
  readonly path: string;
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** As the operation is to see them: those of the request, unless a presigned URL or a form adds to them. */
  headers: IncomingHttpHeaders;
  /** The client waits for "100 Continue" before it sends the body; false once it was told so. */
  expectsContinue: boolean;

  // By `identify`.
  served?: ServedService;
  protocol?: ProtocolName;
  region: string;
  operation?: OperationModel;
  /** What the client called it, when the model does not know the operation. */
  operationName?: string;
  labels: Record<string, string>;

  /** By `acceptForm`, of a form that uploads to S3: its fields by their lower-case names, and the file. */
  form?: { readonly fields: ReadonlyMap<string, string>; readonly file: Readable };

  // By `readBody`: not for operations that stream.
  body?: Buffer;

  // By `authenticate`.
  authenticated?: Authenticated;
  caller?: Caller;

  // By `decode`.
  handler?: Operation;
  input?: unknown;
  context?: RequestContext;

  // By `handle`; undefined when the operation has answered by itself.
  answer?: WireResponse;
}

/** One step of the way. Throws ServiceError to end it with that answer. */
export type Step = (exchange: Exchange) => void | Promise<void>;
