import { Agent, type Dispatcher, errors } from 'undici';
import type { Instance } from './routes.ts';

export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly customAttributes?: string;
  readonly body: Uint8Array;
}

/** What went wrong when there is no answer. `unsent`: the server was gone before it took the request. */
export class NoAnswer extends Error {
  readonly why: 'timed-out' | 'disconnected' | 'too-large' | 'unsent';
  constructor(why: NoAnswer['why'], cause: unknown) {
    super(`no answer from the container: ${why}`, { cause });
    this.why = why;
  }
}

export interface ContainerClient {
  /** The container's answer, whatever its status. Throws NoAnswer. */
  invoke(instance: Instance, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<Answer>;
  close(): Promise<void>;
}

/** SageMaker's limit for an answer. Without one, a container's endless answer would fill the server's memory. */
const MAX_ANSWER_BYTES = 25 * 1024 * 1024;

/**
 * Calls model servers over connections that stay open between invocations. A client that goes away ends nothing: the
 * container answers to the end, as on SageMaker.
 */
export function createContainerClient(timeoutMs: number, maxResponseSize = MAX_ANSWER_BYTES): ContainerClient {
  const agent = new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs, maxResponseSize, allowH2: false });

  return {
    invoke: ({ origin }, headers, body) =>
      new Promise((resolve, reject) => {
        agent.dispatch({ origin, method: 'POST', path: '/invocations', headers, body }, collector(resolve, reject));
      }),
    close: () => agent.destroy(),
  };
}

/** Gathers an answer without the stream that undici would make of it, which costs more than all else it does here. */
function collector(resolve: (answer: Answer) => void, reject: (error: NoAnswer) => void): Dispatcher.DispatchHandler {
  const sentAt = performance.now();
  const chunks: Buffer[] = [];
  let head: Omit<Answer, 'body'> | undefined;
  return {
    // undici insists on this one.
    onRequestStart() {},
    onResponseStart(_controller, status, headers) {
      const contentType = single(headers['content-type']);
      head = { status, contentType, customAttributes: single(headers['x-amzn-sagemaker-custom-attributes']) };
    },
    onResponseData: (_controller, chunk) => void chunks.push(chunk),
    onResponseEnd: () => resolve({ ...head!, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) }),
    onResponseError(_controller, error) {
      reject(new NoAnswer(head ? whyBroken(error) : whyUnanswered(error, performance.now() - sentAt), error));
    },
  };
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value;

const isTimeout = (error: unknown): boolean =>
  error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;

const whyBroken = (error: unknown): NoAnswer['why'] => {
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'too-large';
  return isTimeout(error) ? 'timed-out' : 'disconnected';
};

/** A connection that the server closed while it was idle says so at once. */
const STALE_WITHIN_MS = 50;

function whyUnanswered(error: unknown, milliseconds: number): NoAnswer['why'] {
  if (isTimeout(error)) return 'timed-out';
  if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return 'unsent';
  // Only a connection that has carried an answer before can have been idle. One that breaks later may have broken over
  // the request itself, which must not be sent a second time then.
  const wasIdle = error instanceof errors.SocketError && (error.socket?.bytesRead ?? 0) > 0;
  return wasIdle && milliseconds < STALE_WITHIN_MS ? 'unsent' : 'disconnected';
}
