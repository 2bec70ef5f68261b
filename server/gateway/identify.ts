import { ServiceError } from '../errors.ts';
import type { ProtocolName, Service } from '../models/services.ts';
import type { Exchange, Step } from './exchange.ts';
import { locate } from './locate.ts';
import { decode } from './rest-router.ts';
import type { ServedService } from './served-services.ts';

/** Finds service, region, protocol, and, where the head names it, the operation. */
export function identify(served: ReadonlyMap<string, ServedService>): Step {
  const services = [...served.values()].map(({ model }) => model.service);
  return (exchange) => {
    const located = locate({ ...headOf(exchange), headers: exchange.request.headers }, services);
    if ('unknown' in located) throw serviceNotThere(located.unknown);
    exchange.served = served.get(located.service.id)!;
    exchange.region = located.region;
    exchange.protocol = protocolOf(exchange, located.service);
    if (located.operation !== undefined) findOperation(exchange, located.operation);
    else if (exchange.served.route) routeRest(exchange, exchange.served, located.bucket);
  };
}

const headOf = ({ method, path, query }: Exchange) => ({ method, path, query });

export const serviceNotThere = (name: string) =>
  new ServiceError('NotImplementedException', `This platform does not serve '${name}' (yet).`, { status: 501 });

function protocolOf({ request, path }: Exchange, service: Service): ProtocolName {
  if (service.protocols.length === 1) return service.protocols[0]!;
  if (path.startsWith('/service/')) return 'rpc-v2-cbor';
  return request.headers['x-amz-target'] ? service.protocols[0]! : 'query';
}

function routeRest(exchange: Exchange, { route, model }: ServedService, bucketInHost: string | undefined) {
  let { path } = exchange;
  const outside: Record<string, string> = {};
  if (model.service.id === 's3') {
    if (bucketInHost !== undefined) outside.Bucket = bucketInHost;
    else {
      const end = path.indexOf('/', 1);
      const bucket = decode(path.slice(1, end < 0 ? undefined : end));
      path = end < 0 ? '/' : path.slice(end);
      if (bucket !== '') outside.Bucket = bucket;
    }
  }
  const { method, query, request } = exchange;
  const matched = route!({ method, path, query, headers: request.headers, outside });
  if (matched) {
    exchange.operation = matched.operation;
    exchange.labels = matched.labels;
  } else {
    exchange.labels = outside;
    exchange.operationName = `${method} ${path}`.slice(0, 200);
  }
}

/** Query names its operation in the form, which is there once the body has been read. */
export const findQueryOperation: Step = (exchange) => {
  if (exchange.protocol !== 'query') return;
  const form = new URLSearchParams(exchange.body!.toString('utf8'));
  findOperation(exchange, form.get('Action') ?? exchange.query.get('Action') ?? '');
};

function findOperation(exchange: Exchange, name: string) {
  exchange.operation = exchange.served!.model.operations.get(name);
  exchange.operationName = name.slice(0, 200);
}
