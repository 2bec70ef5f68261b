import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import { bindingsOf } from '../protocols/http-bindings.ts';

/** What a path template demands: literal segments, labels, and a greedy label at the end. */
interface Route {
  readonly operation: OperationModel;
  readonly segments: readonly { readonly literal?: string; readonly label?: string; readonly greedy?: boolean }[];
  /** Query parameters that must be there: name, and value unless any will do. */
  readonly query: readonly { readonly name: string; readonly value?: string }[];
  /** Headers of required members: they tell CopyObject from PutObject. */
  readonly headers: readonly string[];
}

export interface Matched {
  readonly operation: OperationModel;
  readonly labels: Record<string, string>;
}

/** Finds the operation of a REST request: method, path, query and headers against the model's templates. */
export type RestRouter = (request: {
  readonly method: string;
  /** Raw, without the bucket for S3. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Labels that are not in the path: S3's bucket. Operations that need one not given do not match, nor the reverse. */
  readonly outside?: Readonly<Record<string, string>>;
}) => Matched | undefined;

/** The more specific route is tried first: more query and header demands, then more literals. */
export function createRestRouter(model: ServiceModel): RestRouter {
  const byMethod = new Map<string, Route[]>();
  for (const operation of model.operations.values()) {
    if (!operation.http) continue;
    const routes = byMethod.get(operation.http.method) ?? [];
    routes.push(compile(operation));
    byMethod.set(operation.http.method, routes);
  }
  const demands = (route: Route) =>
    (route.query.length + route.headers.length) * 100 + route.segments.filter(({ literal }) => literal).length;
  for (const routes of byMethod.values()) routes.sort((a, b) => demands(b) - demands(a));

  return ({ method, path, query, headers, outside = {} }) => {
    for (const route of byMethod.get(method) ?? []) {
      const labels = matchPath(route, path);
      if (!labels || !needsExactly(route, outside, labels)) continue;
      if (
        !route.query.every(({ name, value }) => (value === undefined ? query.has(name) : query.get(name) === value))
      ) {
        continue;
      }
      if (!route.headers.every((name) => headers[name] !== undefined)) continue;
      return { operation: route.operation, labels: { ...outside, ...labels } };
    }
    return undefined;
  };
}

function compile(operation: OperationModel): Route {
  const [path = '/', queryText = ''] = operation.http!.template.split('?');
  const segments = path
    .split('/')
    .slice(1)
    .map((part) => {
      const label = /^\{(.+?)(\+?)\}$/.exec(part);
      return label ? { label: label[1]!, greedy: label[2] === '+' } : { literal: part };
    });
  const bindings = bindingsOf(operation.input);
  const required = new Set(
    operation.input.type === 'structure'
      ? operation.input.members.slice(0, operation.input.requiredCount).map(({ name }) => name)
      : [],
  );
  const literals = [...new URLSearchParams(queryText)]
    // SDKs for JavaScript add x-id to tell operations apart; other clients do not.
    .filter(([name]) => name !== 'x-id')
    .map(([name, value]) => (value ? { name, value } : { name }));
  const members = bindings.query
    .filter(({ name }) => required.has(name))
    .map(({ traits }) => ({ name: traits.httpQuery! }));
  const headers = bindings.headers.filter(({ member }) => required.has(member.name)).map(({ header }) => header);
  return { operation, segments, query: [...literals, ...members], headers };
}

/** S3's bucket is a label without a place in the template. */
function needsExactly({ operation }: Route, outside: Readonly<Record<string, string>>, labels: Record<string, string>) {
  return bindingsOf(operation.input).labels.every(({ name }) => name in labels || name in outside)
    ? Object.keys(outside).every((name) => bindingsOf(operation.input).labels.some((label) => label.name === name))
    : false;
}

function matchPath({ segments }: Route, path: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  let rest = path.slice(1);
  for (const [index, { literal, label, greedy }] of segments.entries()) {
    const last = index === segments.length - 1;
    if (greedy && last) {
      if (rest === '') return undefined;
      labels[label!] = decode(rest);
      return labels;
    }
    const end = rest.indexOf('/');
    const part = end < 0 ? rest : rest.slice(0, end);
    if (literal !== undefined && part !== literal) return undefined;
    if (label) {
      if (part === '') return undefined;
      labels[label] = decode(part);
    }
    if (last) return end < 0 || rest.slice(end) === '/' ? labels : undefined;
    if (end < 0) return undefined;
    rest = rest.slice(end + 1);
  }
  return labels;
}

/** A broken percent escape is taken as it stands: the signature was made over just that. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
