import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { ServiceError } from '../errors.ts';
import type { Feature } from '../platform.ts';
import { openTestGateway, signedFor } from './test-gateway.ts';

const s3: Feature = {
  service: 's3',
  operations: {
    UploadPart: {
      handle() {
        throw new ServiceError('NoSuchUpload', 'There is no such upload.', { status: 404 });
      },
    },
    ListParts: {
      handle(_, { http: { response } }) {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half');
        throw new ServiceError('InternalError', 'The other half is lost.');
      },
    },
  },
};

describe('answers before the end of a request', () => {
  let gateway: Awaited<ReturnType<typeof openTestGateway>>;
  before(async () => {
    gateway = await openTestGateway([s3]);
  });
  after(() => gateway.close());

  it('reach a client that sends a large body which nobody wants', async () => {
    for (let i = 0; i < 5; i++) {
      const path = '/b/k?partNumber=1&uploadId=u';
      const refused = await gateway.post(signedFor('s3'), Buffer.alloc(20_000_000), path, 'PUT');
      assert.equal(refused.status, 404);
      assert.match(refused.body, /<Code>NoSuchUpload</);
    }
  });

  it('reach a client that sends more than one request may hold', async () => {
    const large = Buffer.alloc(33 * 1024 * 1024);
    for (const lengthTold of [true, false]) {
      const headers = { 'x-amz-target': 'SageMaker.CreateModel', ...signedFor('sagemaker') };
      const chunked = lengthTold ? {} : { 'transfer-encoding': 'chunked' };
      const refused = await gateway.post({ ...headers, ...chunked } as Record<string, string>, large);
      assert.equal(refused.status, 413);
      assert.match(refused.body, /RequestEntityTooLargeException/);
    }
  });

  it('spare a client that waits to be asked the sending of its body', async () => {
    const headers = { ...signedFor('s3'), expect: '100-continue', 'content-length': '1000000' };
    const path = '/b/k?partNumber=none&uploadId=u';
    const request = httpRequest({ port: gateway.port, host: '127.0.0.1', path, method: 'PUT', headers });
    request.on('continue', () => assert.fail('asked for the body'));
    request.flushHeaders();
    const [response] = await once(request, 'response');
    assert.equal(response.statusCode, 400);
    response.resume();
    await once(response, 'end');
    request.destroy();
  });

  it('break off when half of them is out, rather than leave the client waiting', async () => {
    await assert.rejects(gateway.post(signedFor('s3'), '', '/b/k?uploadId=u', 'GET'), { code: 'ECONNRESET' });
  });
});
