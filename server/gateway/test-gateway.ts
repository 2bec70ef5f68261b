import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../clock.ts';
import type { Caller, Identity, RequestHead } from '../identity/identity.ts';
import { type Logger, silentLogger } from '../logger.ts';
import type { Feature } from '../platform.ts';
import { createGateway } from './gateway.ts';
import type { Patience } from './read-body.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { serveFeatures } from './served-services.ts';

const caller: Caller = {
  kind: 'root',
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:root',
  userId: '1',
  accessKeyId: 'AKIA',
};

/** Lets everyone in: what signatures and policies do is the identity floor's, with tests of its own. */
const openDoor = {
  authenticate({ headers }: RequestHead) {
    const [, signingName] = /\/us-east-1\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? [];
    return signingName && { caller, region: 'us-east-1', signingName, payload: { kind: 'unsigned' } };
  },
  authorize() {},
  resourceTags() {},
  decodePayload: (body: Readable) => body.pipe(new PassThrough()),
  verifyPayload: (body: Buffer) => body,
} as unknown as Identity;

/** A header as of a signature that `openDoor` takes. */
export const signedFor = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/${service}/aws4_request, x`,
});

/** Tests of the gateway: one that serves these features on a port of its own. */
export async function openTestGateway(
  features: readonly Feature[],
  { log = silentLogger, patience }: { readonly log?: Logger; readonly patience?: Patience } = {},
) {
  const own = {
    metrics: createRequestMetrics(),
    health: () => ({ status: 'ok' }),
    credentials: async () => undefined,
  };
  const served = await serveFeatures(features);
  const server = createGateway({ served, identity: openDoor, clock: systemClock, log, own, patience });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    /** What a client of an AWS SDK is made with. */
    connection: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    },
    async post(headers: Record<string, string>, body: string | Buffer, path = '/', method = 'POST') {
      const request = httpRequest({ port, host: '127.0.0.1', path, method, headers });
      request.end(body);
      // An answer may be here before the whole request is there. The rest has to arrive too, or closing resets it.
      const sent = once(request, 'close');
      const answered = once(request, 'response').then(async ([response]) => ({
        response,
        bytes: await buffer(response),
      }));
      const [{ response, bytes }] = await Promise.all([answered, sent]);
      return { status: response.statusCode as number, headers: response.headers, bytes, body: bytes.toString() };
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
