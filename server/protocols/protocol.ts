import type { Readable } from 'node:stream';
import type { OperationModel } from '../models/service-model.ts';

/** What a protocol reads an input from. */
export interface WireRequest {
  readonly method: string;
  /** Path labels and, for S3, the bucket: already percent-decoded. */
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole payload, or for operations that stream their input the payload's stream. */
  readonly body: Buffer | Readable;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: Buffer | string | Readable;
}

/** An error on its way out. `members` are the modelled error's further fields. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  /** The code in Query, where a service that also speaks others has another name for it there. */
  readonly queryCode?: string;
  /** Whose fault, as Query's `Type` says it. */
  readonly fault: 'Sender' | 'Receiver';
}

/**
 * One wire format from the server's side. `decode` throws ServiceError for what cannot be read, never anything else;
 * types fit the schema afterwards, but constraints are not checked.
 */
export interface Protocol {
  decode(operation: OperationModel, request: WireRequest): unknown;
  encode(operation: OperationModel, output: unknown, requestId: string): WireResponse;
  encodeError(error: WireError, requestId: string, operation?: OperationModel): WireResponse;
}
