import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { type ConstraintFile, loadConstraints } from '../server/models/constraints.ts';
import { loadServiceModel, type OperationModel } from '../server/models/service-model.ts';
import { services } from '../server/models/services.ts';
import { answerTo, mutated, requestBytes } from './fuzz-bytes.ts';
import { BUCKET, brokenCbor, type Chance, chanceFrom, formOf, randomInput, restRequest } from './fuzz-inputs.ts';
import { startWildsage, type Wildsage } from './server.ts';

/** The same inputs each time, so that a red run is the change's doing; other seeds are for those who look for more. */
const SEED = Number(process.env.WILDSAGE_FUZZ_SEED ?? 20_261_123);
const ROUNDS = Number(process.env.WILDSAGE_FUZZ_ROUNDS ?? 3);
const ANSWER_WITHIN_MS = 20_000;

describe(`bad input (WILDSAGE_FUZZ_SEED=${SEED})`, () => {
  let server: Wildsage;
  before(async () => {
    server = await startWildsage();
    const s3 = new S3Client({ ...server.connection, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  });
  after(() => server.stop());

  for (const service of services) {
    it(`gets a clear refusal from ${service.id}: no failure of the server's, no hanging, no crash`, async () => {
      const { operations } = await loadServiceModel(service);
      const constraints = loadConstraints(service);
      const chance = chanceFrom(SEED);
      for (const operation of operations.values()) {
        for (let round = 0; round < ROUNDS; round++) await sendBadInput(server, operation, constraints, chance);
      }
      const health = await fetch(`${server.url}/_/health`);
      assert.equal(health.status, 200);
    });
  }

  it('may be broken anywhere: each request is answered or hung up on', async () => {
    const chance = chanceFrom(SEED);
    const port = Number(new URL(server.url).port);
    for (let round = 0; round < ROUNDS * 100; round++) {
      const bytes = mutated(await requestBytes(server, chance), chance);
      const answer = await answerTo(bytes, port, ANSWER_WITHIN_MS);
      assert.doesNotMatch(answer, /^HTTP\/1.1 5(?!01)/m, JSON.stringify(bytes.toString('latin1')));
    }
    assert.equal((await fetch(`${server.url}/_/health`)).status, 200);
  });
});

describe('bad HTTP', () => {
  let server: Wildsage;
  before(async () => {
    server = await startWildsage();
  });
  after(() => server.stop());

  const hostile: Record<string, string> = {
    'a head that is none': 'hello\r\n\r\n',
    'a version of the future': 'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
    'two lengths': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    'a length and chunks':
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'chunks of no size': 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'a head without end': `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(200_000)}`,
    'a broken escape in the path': 'GET /%zz/%E0%A4%A/k?a=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'a host that is none': 'GET / HTTP/1.1\r\nHost: [::::]:99999999\r\nConnection: close\r\n\r\n',
    'a negative length': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    'an expectation nobody has':
      'POST / HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    'a tunnel to nowhere': 'CONNECT :::: HTTP/1.1\r\nHost: x\r\n\r\n',
    'an upgrade': 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
  };
  for (const [what, bytes] of Object.entries(hostile)) {
    it(`is answered or hung up on: ${what}`, async () => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('no answer')));
      socket.write(bytes);
      const answer = await text(socket).catch(() => '');
      assert.doesNotMatch(answer, /^HTTP\/1.1 5(?!01)/);
      assert.equal((await fetch(`${server.url}/_/health`)).status, 200);
    });
  }
});

interface Wire {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

async function sendBadInput(
  { url, connection }: Wildsage,
  operation: OperationModel,
  constraints: ConstraintFile,
  chance: Chance,
) {
  const wire = wireOf(operation, constraints, chance);
  const { service } = operation;
  const signer = new SignatureV4({
    service: service.signingName,
    region: connection.region,
    credentials: connection.credentials,
    sha256: Sha256,
    uriEscapePath: service.id !== 's3',
  });
  const { hostname, port } = new URL(url);
  const signed = await signer.sign({
    method: wire.method,
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: wire.path,
    query: Object.fromEntries(new URLSearchParams(wire.query)),
    headers: { ...wire.headers, host: `${hostname}:${port}` },
    body: wire.body,
  });
  const what = `${service.id} ${operation.name} ${JSON.stringify(wire).slice(0, 3000)}`;
  const response = await fetch(`${url}${wire.path}${wire.query && `?${wire.query}`}`, {
    method: wire.method,
    headers: signed.headers,
    body: wire.body.length > 0 ? wire.body : undefined,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((error) => {
    throw new Error(`no answer to ${what}`, { cause: error });
  });
  const answer = await response.text();
  assert.ok(response.status < 500 || response.status === 501, `${response.status} ${answer.slice(0, 500)} to ${what}`);
  // HEAD has no body to say it in; REST-JSON says it in a header.
  const code = response.headers.get('x-amzn-errortype') ?? answer;
  if (response.status === 501 && wire.method !== 'HEAD') assert.match(code, /NotImplemented/, what);
}

function wireOf(operation: OperationModel, constraints: ConstraintFile, chance: Chance): Wire {
  const { service } = operation;
  if (operation.http && service.protocols[0]!.startsWith('rest-')) return restRequest(operation, chance);
  const input = randomInput(operation, constraints, chance);
  const root = { method: 'POST', path: '/', query: '' };
  const protocol = chance.pick(service.protocols);
  if (protocol === 'rpc-v2-cbor') {
    const headers = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
    const path = `/service/${service.target}/operation/${operation.name}`;
    return { ...root, path, headers, body: brokenCbor(input, chance) };
  }
  if (protocol === 'query') {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { ...root, headers, body: formOf(operation, input, service.apiVersion) };
  }
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `${service.target}.${operation.name}`,
  };
  return { ...root, headers, body: JSON.stringify(input) };
}
