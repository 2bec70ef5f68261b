import type { Caller } from '../identity/identity.ts';
import type { RequestContext } from '../operations.ts';
import type { Exchange } from './exchange.ts';

/** The operation's view of an exchange. Built for every request: what costs something is made when asked for. */
export class ExchangeContext implements RequestContext {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly accountId: string;
  readonly region: string;
  readonly caller: Caller;
  readonly now: Date;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly responseHeaders: Record<string, string> = {};
  readonly body?: Uint8Array;
  readonly http: RequestContext['http'];
  #abort?: AbortController;

  constructor(exchange: Exchange, now: Date) {
    const caller = exchange.caller!;
    this.requestId = exchange.requestId;
    this.service = exchange.served!.model.service.id;
    this.operation = exchange.operation!.name;
    this.accountId = caller.accountId;
    this.region = exchange.region;
    this.caller = caller;
    this.now = now;
    this.headers = exchange.headers as Record<string, string | undefined>;
    this.body = exchange.body;
    this.http = { request: exchange.request, response: exchange.response };
  }

  get origin(): string {
    const { socket } = this.http.request;
    return `${'encrypted' in socket ? 'https' : 'http'}://${this.headers.host ?? 'localhost'}`;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      const { response } = this.http;
      if (response.destroyed) abort.abort();
      else response.once('close', () => response.writableFinished || abort.abort());
    }
    return this.#abort.signal;
  }
}
