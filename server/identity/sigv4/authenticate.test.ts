import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { RequestHead } from '../identity.ts';
import { authenticate, caller, code, EXAMPLE, NOW, type Sent, signed } from './signed-requests.ts';

const EXAMPLE_TIME = Date.UTC(2013, 4, 24);
const EMPTY = createHash('sha256').digest('hex');

const example = (method: string, path: string, query: string, headers: Record<string, string>, signature: string) => {
  const all: Record<string, string> = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    ...headers,
  };
  const signed = Object.keys(all).sort().join(';');
  all.authorization =
    `AWS4-HMAC-SHA256 Credential=${EXAMPLE.accessKeyId}/20130524/us-east-1/s3/aws4_request,` +
    `SignedHeaders=${signed},Signature=${signature}`;
  return { method, path, query, headers: all };
};

describe('requests of the S3 reference', () => {
  const examples: [string, RequestHead][] = [
    [
      'GET Object',
      example(
        'GET',
        '/test.txt',
        '',
        { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY },
        'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      ),
    ],
    [
      'PUT Object',
      example(
        'PUT',
        '/test%24file.text',
        '',
        {
          date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    ],
    [
      'GET Bucket Lifecycle',
      example(
        'GET',
        '/',
        'lifecycle',
        { 'x-amz-content-sha256': EMPTY },
        'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
      ),
    ],
    [
      'List Objects',
      example(
        'GET',
        '/',
        'max-keys=2&prefix=J',
        { 'x-amz-content-sha256': EMPTY },
        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      ),
    ],
    [
      'presigned GET',
      {
        method: 'GET',
        path: '/test.txt',
        query:
          'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
          '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
          '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
        headers: { host: 'examplebucket.s3.amazonaws.com' },
      },
    ],
  ];
  for (const [name, head] of examples) {
    it(`verifies ${name}`, () => {
      const result = authenticate(head, undefined, EXAMPLE_TIME);
      assert.equal(result?.region, 'us-east-1');
      assert.equal(result?.signingName, 's3');
      assert.equal(result?.caller, caller);
    });
    it(`refuses ${name} for another path`, () => {
      const other = { ...head, path: `${head.path}x` };
      assert.throws(() => authenticate(other, undefined, EXAMPLE_TIME), code('SignatureDoesNotMatch'));
    });
  }
});

describe('requests of the AWS SDK', () => {
  const requests: Record<string, Sent> = {
    'a JSON request whose body is in the signature only': { body: '{"ModelName":"a"}' },
    'a JSON request with x-amz-content-sha256': { body: '{"ModelName":"a"}', applyChecksum: true },
    'an empty body': { method: 'GET' },
    'a path with escapes, which is escaped twice': { path: '/endpoints/a%20b%2Fc/invocations', body: 'x' },
    'an S3 path, which is signed as it is': {
      service: 's3',
      method: 'PUT',
      path: '/bucket//a%20b/../c%3D%2B%281%29',
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    },
    'query parameters in any order, repeated, empty and escaped': {
      method: 'GET',
      query: { b: ['2', '1'], a: '', 'c d': 'é/+~*', A: 'x' },
    },
    'headers with spaces and UTF-8': { headers: { 'x-amz-meta-a': '  a   b ' } },
  };
  for (const [name, sent] of Object.entries(requests)) {
    it(`verifies ${name}`, async () => {
      const result = authenticate(...(await signed(sent)), NOW);
      assert.equal(result?.region, 'eu-central-1');
    });
  }

  it('takes header bytes as they were on the wire', async () => {
    const [head, body] = await signed({ headers: { 'x-amz-meta-name': 'Grüße' } });
    const asNodeGivesIt = Buffer.from('Grüße').toString('latin1');
    const received = { ...head, headers: { ...head.headers, 'x-amz-meta-name': asNodeGivesIt } };
    assert.ok(authenticate(received, body, NOW));
  });

  it('refuses another body', async () => {
    const [head] = await signed({ body: '{}' });
    assert.throws(() => authenticate(head, Buffer.from('{} '), NOW), code('SignatureDoesNotMatch'));
  });

  it('refuses another method, query and signed header', async () => {
    const [head] = await signed({ query: { a: '1' }, headers: { 'x-amz-target': 'SageMaker.ListModels' } });
    for (const change of [
      { method: 'DELETE' },
      { query: 'a=2' },
      { headers: { ...head.headers, 'x-amz-target': 'SageMaker.DeleteModel' } },
    ]) {
      assert.throws(() => authenticate({ ...head, ...change }, undefined, NOW), code('SignatureDoesNotMatch'));
    }
  });

  it('asks for the payload check that x-amz-content-sha256 names', async () => {
    const [head, body] = await signed({ body: 'data', applyChecksum: true });
    const hex = createHash('sha256').update('data').digest('hex');
    assert.deepEqual(authenticate(head, body, NOW)?.payload, { kind: 'sha256', hex });
  });

  it('knows nobody without a signature', () => {
    assert.equal(authenticate({ method: 'GET', path: '/', query: 'a=b', headers: {} }, undefined, NOW), undefined);
  });
});

describe('validity in time', () => {
  const MINUTE = 60_000;

  it('allows a quarter of an hour to either side', async () => {
    const [head] = await signed({});
    assert.ok(authenticate(head, undefined, NOW + 15 * MINUTE));
    assert.ok(authenticate(head, undefined, NOW - 15 * MINUTE));
  });

  it('says in AWS words when a request is older', async () => {
    const [head] = await signed({});
    assert.throws(() => authenticate(head, undefined, NOW + 20 * MINUTE), {
      code: 'RequestExpired',
      message: 'Signature expired: 20261123T120000Z is now earlier than 20261123T120500Z (20261123T122000Z - 15 min.)',
    });
  });

  it('says in AWS words when a request comes from the future', async () => {
    const [head] = await signed({});
    assert.throws(() => authenticate(head, undefined, NOW - 20 * MINUTE), {
      code: 'RequestExpired',
      message:
        'Signature not yet current: 20261123T120000Z is still later than 20261123T115500Z (20261123T114000Z + 15 min.)',
    });
  });

  it('uses the words of S3 for S3', async () => {
    const [head] = await signed({ service: 's3', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    assert.throws(() => authenticate(head, undefined, NOW + 20 * MINUTE), code('RequestTimeTooSkewed'));
  });

  it('takes the Date header where there is no X-Amz-Date', async () => {
    const [head] = await signed({});
    const { 'x-amz-date': _, ...headers } = head.headers;
    const old = { ...head, headers: { ...headers, date: new Date(NOW - 60 * MINUTE).toUTCString() } };
    assert.throws(() => authenticate(old, undefined, NOW), code('RequestExpired'));
    assert.throws(() => authenticate({ ...head, headers }, undefined, NOW), code('IncompleteSignature'));
  });

  it('refuses a scope of another day', async () => {
    const [head] = await signed({});
    const authorization = head.headers.authorization!.replace('/20261123/', '/20261122/');
    const other = { ...head, headers: { ...head.headers, authorization } };
    assert.throws(() => authenticate(other, undefined, NOW), {
      code: 'SignatureDoesNotMatch',
      message: /Date in Credential scope does not match YYYYMMDD .* '20261122' != '20261123', from '20261123T120000Z'/,
    });
  });
});
