import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { silentLogger } from '../logger.ts';
import type { RequestContext } from '../operations.ts';
import type { Feature } from '../platform.ts';
import { openTestGateway, signedFor } from './test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof openTestGateway>>;

const putObject = {
  async handle({ Body }: { Body: Readable }) {
    await buffer(Body);
    return {};
  },
};
const features: Feature[] = [
  { service: 'sagemaker', operations: { ListModels: { handle: () => ({ Models: [] }) } } },
  { service: 's3', operations: { PutObject: putObject } },
];

const signed = (service: string) => `Authorization: ${signedFor(service).authorization}`;
const requests: Record<string, string[]> = {
  ListModels: ['POST / HTTP/1.1', 'X-Amz-Target: SageMaker.ListModels', signed('sagemaker')],
  PutObject: ['PUT /b/k HTTP/1.1', signed('s3')],
};

describe('a client that goes away half-way', () => {
  let gateway: Gateway;
  const logged: unknown[] = [];
  before(async () => {
    const log = { ...silentLogger, error: (...line: unknown[]) => void logged.push(line) };
    gateway = await openTestGateway(features, { log });
  });
  after(() => gateway.close());

  for (const [operation, head] of Object.entries(requests)) {
    it(`is not counted as a failure of the server's: ${operation}`, async () => {
      const socket = connect(gateway.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(`${head.join('\r\n')}\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n`);
      await once(socket, 'data');
      socket.resetAndDestroy();
      await until(async () => (await metricsOf(gateway)).includes(`operation="${operation}",status="400"`));
      assert.deepEqual(logged, []);
    });
  }
});

describe('a client that is gone before its answer', () => {
  it('leaves no stream open', async () => {
    const Body = new PassThrough();
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const getObject = {
      async handle(_: unknown, { http: { response } }: RequestContext) {
        asked();
        await once(response, 'close');
        return { Body };
      },
    };
    const gateway = await openTestGateway([{ service: 's3', operations: { GetObject: getObject } }]);
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write(`GET /b/k HTTP/1.1\r\n${signed('s3')}\r\nHost: x\r\n\r\n`);
    await isAsked;
    const closed = once(Body, 'close');
    socket.destroy();
    await closed;
    gateway.close();
  });
});

describe('a client that stops sending', () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await openTestGateway(features, { patience: { wholeBodyMs: 50, silenceMs: 50 } });
  });
  after(() => gateway.close());

  for (const [operation, head] of Object.entries(requests)) {
    it(`is not waited for without end: ${operation}`, async () => {
      const socket = connect(gateway.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(`${head.join('\r\n')}\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`);
      socket.resume();
      await once(socket, 'close');
      await until(async () => (await metricsOf(gateway)).includes(`operation="${operation}",status="408"`));
    });
  }
});

const metricsOf = async (gateway: Gateway) => (await gateway.post({}, '', '/_/metrics', 'GET')).body;

async function until(holds: () => Promise<boolean>) {
  for (const end = Date.now() + 10_000; !(await holds()); await wait(5)) assert.ok(Date.now() < end, 'in time');
}
