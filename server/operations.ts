import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthorizationFacts, Caller } from './identity/identity.ts';
import type { Scope } from './scope.ts';

/** What an operation knows of the request besides its input. It is a Scope: pass it where one is wanted. */
export interface RequestContext extends Scope {
  readonly requestId: string;
  /** The served service's name in this code base, such as `sagemaker`, `sagemaker-runtime`, `s3`. */
  readonly service: string;
  readonly operation: string;
  readonly caller: Caller;
  readonly now: Date;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Request headers (lower-case names) and the origin that the client used, such as `http://127.0.0.1:9453`. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly origin: string;
  /** The whole body as it was sent, of an operation that does not stream. */
  readonly body?: Uint8Array;
  /** For the few operations that need the wire itself; after using `response` an operation returns `alreadyAnswered`. */
  readonly http: { readonly request: IncomingMessage; readonly response: ServerResponse };
  /** Response headers that the operation adds to what its output shape gives. */
  readonly responseHeaders: Record<string, string>;
}

export const alreadyAnswered: unique symbol = Symbol('already answered');

/**
 * One operation of an AWS API. `Input` and `Output` are the AWS SDK's own `…CommandInput` and `…CommandOutput`
 * (without `$metadata`): wire names, `Date` for timestamps, `Uint8Array` for blobs, Node streams for streaming blobs.
 * The gateway has decoded and validated the input and has checked the caller's permission before `handle` runs.
 */
// biome-ignore lint/suspicious/noExplicitAny: the table of all operations holds every input type; each entry is typed where it is defined
export interface Operation<Input = any, Output = any> {
  handle(
    input: Input,
    context: RequestContext,
  ): Promise<Omit<Output, '$metadata'> | typeof alreadyAnswered> | Omit<Output, '$metadata'> | typeof alreadyAnswered;
  /** What the caller must be allowed to do. Missing: the action named after the operation, on resource `*`. */
  permissions?(input: Input, context: RequestContext): Permission[];
  /** Further facts for the decision, such as the policy of the bucket that is asked for. */
  facts?(
    input: Input,
    context: RequestContext,
  ): Partial<AuthorizationFacts> | undefined | Promise<Partial<AuthorizationFacts> | undefined>;
  /** Served to anyone, without a signature. */
  readonly anonymous?: boolean;
}

export interface Permission {
  /** Such as `sagemaker:CreateModel`, `iam:PassRole`. */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  /** Condition keys and their values, such as `aws:RequestTag/team`, `iam:PassedToService`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
}

/** Operations by their name on the wire, of one service. */
export type Operations = Readonly<Record<string, Operation>>;
