import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '../identity/identity.ts';
import type { RequestMetrics } from './request-metrics.ts';

/** What the platform answers about itself, below `/_/`. None of it needs a signature. */
export interface OwnRoutes {
  readonly metrics: RequestMetrics;
  health(): Record<string, unknown>;
  /** Only in ephemeral mode. */
  readonly reset?: () => Promise<void>;
  /** Credentials of a workload, for the AWS SDK inside it. The token is the secret. */
  credentials(token: string): Promise<Credentials | undefined>;
}

export async function answerOwn(
  routes: OwnRoutes,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  // Health checks of load balancers ask for the head alone, which Node.js sees to.
  const route = `${request.method === 'HEAD' ? 'GET' : request.method} ${path}`;
  if (route === 'GET /_/health') return json(response, 200, routes.health());
  if (route === 'GET /_/metrics') return send(response, 200, 'text/plain; version=0.0.4', routes.metrics.text());
  if (request.method === 'GET' && path.startsWith('/_/credentials/')) return giveCredentials(routes, response, path);
  if (route === 'POST /_/reset') return reset(routes, request, response);
  json(response, 404, { message: `There is nothing at ${path}. There are /_/health and /_/metrics.` });
}

/** In the form that AWS SDKs expect from a container's credentials endpoint. */
async function giveCredentials(routes: OwnRoutes, response: ServerResponse, path: string) {
  const credentials = await routes.credentials(path.slice('/_/credentials/'.length));
  if (!credentials) return json(response, 404, { code: 'NotFound', message: 'No workload has this token.' });
  json(response, 200, {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: credentials.expiration?.toISOString(),
  });
}

async function reset({ reset }: OwnRoutes, request: IncomingMessage, response: ServerResponse) {
  // A page in a browser must not be able to empty the platform: browsers always send Origin with such a request.
  if (!reset || request.headers.origin !== undefined) {
    const message = 'Reset is for `wildsage up --ephemeral` only. To empty a home, run `wildsage reset`.';
    return json(response, 403, { message });
  }
  await reset();
  json(response, 200, { reset: true });
}

const json = (response: ServerResponse, status: number, value: unknown) =>
  send(response, status, 'application/json', JSON.stringify(value));

function send(response: ServerResponse, status: number, contentType: string, text: string) {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
