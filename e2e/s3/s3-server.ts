import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { systemClock } from '../../server/clock.ts';
import { createGateway } from '../../server/gateway/gateway.ts';
import { createRequestMetrics } from '../../server/gateway/request-metrics.ts';
import { serveFeatures } from '../../server/gateway/served-services.ts';
import type { Credentials } from '../../server/identity/identity.ts';
import { openIdentity } from '../../server/identity/index.ts';
import { jsonLogger } from '../../server/logger.ts';
import { openObjectStorage } from '../../server/objects/index.ts';
import { openResourceStore } from '../../server/resources/index.ts';
import { s3Features } from '../../server/services/s3/index.ts';

const REGION = 'eu-west-1';

export interface S3Server {
  readonly url: string;
  readonly home: string;
  readonly accountId: string;
  readonly credentials: Credentials;
  client(config?: S3ClientConfig): S3Client;
  createBucket(bucket: string): Promise<void>;
  /** Credentials of the execution role, for a session of its own. */
  assumeRole(): Promise<Credentials>;
  /** Rejects when there were failures that are the server's own. */
  close(): Promise<void>;
}

/** The gateway, identity and object storage as the server has them, with S3 and IAM on top, in this process. */
export async function startS3(): Promise<S3Server> {
  const home = await mkdtemp(join(tmpdir(), 'wildsage-s3-'));
  const failures: string[] = [];
  const isFailure = (line: string) => line.includes('"level":"error"') && !line.includes('"name":"NotImplemented"');
  const log = jsonLogger((line) => isFailure(line) && failures.push(line));
  const clock = systemClock;
  const config = { home, host: '127.0.0.1', port: 0, region: REGION, ephemeral: true, cache: home };
  const resources = await openResourceStore({ path: ':memory:' }, { clock, log });
  const identity = await openIdentity({ config, resources, clock, log });
  const objects = await openObjectStorage({ directory: join(home, 'objects'), clock, log });
  const features = s3Features({ identity, objects });
  const own = { metrics: createRequestMetrics(), health: () => ({}), credentials: async () => undefined };
  const gateway = createGateway({ served: await serveFeatures(features), identity, clock, log, own });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  const { accountId, credentials } = identity.rootAccount;
  const clients: S3Client[] = [];
  return {
    url,
    home,
    accountId,
    credentials,
    client(overrides = {}) {
      const client = new S3Client({
        endpoint: url,
        region: REGION,
        credentials,
        forcePathStyle: true,
        ...overrides,
      });
      clients.push(client);
      return client;
    },
    async createBucket(bucket) {
      await objects.createBucket(bucket, { accountId, region: REGION });
    },
    async assumeRole() {
      const role = `arn:aws:iam::${accountId}:role/SageMakerRole`;
      return (await identity.assumeForService(role, 'sagemaker.amazonaws.com', 'test')).credentials;
    },
    async close() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => {
        gateway.close(resolve);
        gateway.closeAllConnections();
      });
      await objects.close();
      await resources.close();
      await rm(home, { recursive: true });
      assert.deepEqual(failures, []);
    },
  };
}

/** Holds that a call is refused with this error name and HTTP status. */
export const fails = (promise: Promise<unknown>, name: string, status: number) =>
  assert.rejects(promise, (error: { name: string; $metadata: { httpStatusCode: number } }) => {
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
    return true;
  });
