import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Datum } from '../../../telemetry/telemetry.ts';
import { sagemakerFeatures } from '../../sagemaker/index.ts';
import { openTestPlatform, type TestPlatform, XGBOOST } from '../../sagemaker/testing/index.ts';
import { createContainerClient } from './container-client.ts';
import { invokeOperations } from './operations.ts';

const TIMEOUT_MS = 250;
const MAX_ANSWER_BYTES = 1_000_000;
const client = createContainerClient(TIMEOUT_MS, MAX_ANSWER_BYTES);
let test: TestPlatform;
let metrics: Datum[] = [];
const servers: Server[] = [];

before(async () => {
  test = await openTestPlatform((platform) => {
    const putMetrics = (_scope: unknown, _namespace: string, data: readonly Datum[]) => void metrics.push(...data);
    const telemetry = { ...platform.telemetry, putMetrics };
    const operations = invokeOperations({ ...platform, telemetry }, { client });
    return [...sagemakerFeatures(platform), { service: 'sagemaker-runtime', operations }];
  });
  await test.call('CreateModel', { ModelName: 'm', PrimaryContainer: { Image: XGBOOST } });
});
afterEach(() => {
  metrics = [];
});
after(async () => {
  await client.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await test.close();
});

interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A model server; what it is asked is kept. */
async function modelServer(answer: RequestListener): Promise<{ address: string; heard: Heard[]; server: Server }> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    heard.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard, server };
}

const workloadOf = (endpoint: string, variant: string) =>
  `endpoint.${test.scope.accountId}.us-east-1.${endpoint}.${variant}.${Date.parse('2025-01-01T00:00:00Z')}`;

const serve = (workload: string, address: string, healthy = true) =>
  test.compute.move(workload, 'running', { instances: [{ host: 'algo-1', state: 'running', healthy, address }] });

/** An endpoint in service with these variants, and the addresses of their servers. */
async function endpoint(name: string, variants: Record<string, { address: string; weight?: number }>): Promise<string> {
  const ProductionVariants = Object.entries(variants).map(([VariantName, { weight = 1 }]) => ({
    VariantName,
    ModelName: 'm',
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 1,
    InitialVariantWeight: weight,
  }));
  await test.call('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants });
  await test.call('CreateEndpoint', { EndpointName: name, EndpointConfigName: name });
  await test.reconcile('sagemaker/endpoint', name);
  for (const [variant, { address }] of Object.entries(variants)) serve(workloadOf(name, variant), address);
  await test.reconcile('sagemaker/endpoint', name);
  return name;
}

interface Output {
  Body: Uint8Array;
  ContentType?: string;
  InvokedProductionVariant?: string;
  CustomAttributes?: string;
}
const invoke = (name: string, rest: object = {}) =>
  test.call<Output>('InvokeEndpoint', { EndpointName: name, Body: Buffer.from('1,2'), ...rest });
const textOf = ({ Body }: Output) => Buffer.from(Body).toString();

describe('InvokeEndpoint', () => {
  it('passes the request on, and the answer back', async () => {
    const { address, heard } = await modelServer((_, response) => {
      response.setHeader('content-type', 'text/csv');
      response.setHeader('x-amzn-sagemaker-custom-attributes', 'c=3');
      response.end('0.5');
    });
    await endpoint('plain', { A: { address } });
    const output = await invoke('plain', {
      ContentType: 'text/csv',
      Accept: 'text/csv',
      CustomAttributes: 'a=1',
      InferenceId: 'id-7',
    });
    assert.equal(textOf(output), '0.5');
    assert.equal(output.ContentType, 'text/csv');
    assert.equal(output.CustomAttributes, 'c=3');
    assert.equal(output.InvokedProductionVariant, 'A');
    const [{ path, body, headers }] = heard as [Heard];
    assert.deepEqual(
      [path, body, headers['content-type'], headers.accept],
      ['/invocations', '1,2', 'text/csv', 'text/csv'],
    );
    assert.equal(headers['x-amzn-sagemaker-custom-attributes'], 'a=1');
    assert.equal(headers['x-amzn-sagemaker-inference-id'], 'id-7');
  });

  it('counts what SageMaker counts, by endpoint and variant', async () => {
    const { address } = await modelServer((_, response) => response.end('x'));
    await endpoint('counted', { A: { address } });
    await invoke('counted');
    const values = new Map(metrics.map(({ name, value }) => [name, value]));
    assert.deepEqual(
      [
        'Invocations',
        'InvocationsPerInstance',
        'Invocation4XXErrors',
        'Invocation5XXErrors',
        'InvocationModelErrors',
      ].map((name) => values.get(name)),
      [1, 1, 0, 0, 0],
    );
    assert.ok(values.get('ModelLatency')! > 0);
    assert.ok(values.get('OverheadLatency')! >= 0);
    assert.deepEqual(metrics[0]!.dimensions, { EndpointName: 'counted', VariantName: 'A' });
  });

  it('sends traffic by weight, unless a variant is asked for', async () => {
    const named = (name: string) => modelServer((_, response) => response.end(name));
    const [a, b] = [await named('a'), await named('b')];
    await endpoint('split', { A: { address: a.address, weight: 1 }, B: { address: b.address, weight: 0 } });
    for (let turn = 0; turn < 5; turn++) assert.equal((await invoke('split')).InvokedProductionVariant, 'A');
    assert.equal(textOf(await invoke('split', { TargetVariant: 'B' })), 'b');
    await assert.rejects(invoke('split', { TargetVariant: 'Z' }), { code: 'ValidationError' });
  });

  it('sees an acknowledged change of weights at once', async () => {
    const named = (name: string) => modelServer((_, response) => response.end(name));
    const [a, b] = [await named('a'), await named('b')];
    await endpoint('shift', { A: { address: a.address, weight: 1 }, B: { address: b.address, weight: 0 } });
    await invoke('shift');
    const DesiredWeightsAndCapacities = [
      { VariantName: 'A', DesiredWeight: 0 },
      { VariantName: 'B', DesiredWeight: 1 },
    ];
    await test.call('UpdateEndpointWeightsAndCapacities', { EndpointName: 'shift', DesiredWeightsAndCapacities });
    await test.reconcile('sagemaker/endpoint', 'shift');
    assert.equal((await invoke('shift')).InvokedProductionVariant, 'B');
  });

  it('follows a server to its new address, and says when there is none', async () => {
    const [first, second] = [await modelServer((_, r) => r.end('1')), await modelServer((_, r) => r.end('2'))];
    await endpoint('moved', { A: { address: first.address } });
    assert.equal(textOf(await invoke('moved')), '1');
    serve(workloadOf('moved', 'A'), second.address);
    assert.equal(textOf(await invoke('moved')), '2');
    serve(workloadOf('moved', 'A'), second.address, false);
    await assert.rejects(invoke('moved'), { code: 'ServiceUnavailable', status: 503 });
  });

  it('asks again where the servers are when one is gone that was healthy a moment ago', async () => {
    const [old, fresh] = [await modelServer((_, r) => r.end('old')), await modelServer((_, r) => r.end('new'))];
    await endpoint('handover', { A: { address: old.address } });
    assert.equal(textOf(await invoke('handover')), 'old');
    old.server.closeAllConnections();
    old.server.close();
    // Compute knows of the new server, yet its report is still under way.
    test.compute.quietly(() => serve(workloadOf('handover', 'A'), fresh.address));
    assert.equal(textOf(await invoke('handover')), 'new');
  });

  it('says of which other kind an endpoint would have to be for a request', async () => {
    const { address } = await modelServer((_, response) => response.end('x'));
    const name = await endpoint('single-model', { A: { address } });
    const asking = (field: string) => test.call('InvokeEndpoint', { EndpointName: name, Body: '', [field]: 'x' });
    await assert.rejects(asking('TargetModel'), {
      code: 'ValidationError',
      message: 'Endpoint single-model is not a multi-model endpoint and does not support target model header.',
    });
    await assert.rejects(asking('InferenceComponentName'), /Please remove the Inference Component Name header/);
    await assert.rejects(asking('TargetContainerHostname'), /TargetContainerHostname is not supported/);
  });

  it('does not find an endpoint that is missing, still being created, or deleted', async () => {
    const { address } = await modelServer((_, response) => response.end('x'));
    const missing = (name: string) => ({
      code: 'ValidationError',
      message: `Endpoint ${name} of account ${test.scope.accountId} not found.`,
    });
    await assert.rejects(invoke('never'), missing('never'));
    await endpoint('early', { A: { address } });
    await test.call('CreateEndpoint', { EndpointName: 'late', EndpointConfigName: 'early' });
    await assert.rejects(invoke('late'), missing('late'));
    await invoke('early');
    await test.call('DeleteEndpoint', { EndpointName: 'early' });
    await assert.rejects(invoke('early'), missing('early'));
  });
});

describe('an invocation that the container does not answer well', () => {
  const failed = (name: string, message: string, status: number, original: string) => ({
    code: 'ModelError',
    status: 424,
    message: `${message} See https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEventViewer:group=/aws/sagemaker/Endpoints/${name} in account ${test.scope.accountId} for more information.`,
    members: {
      ErrorCode: status >= 400 && status < 500 ? 'CLIENT_ERROR_FROM_MODEL' : 'INTERNAL_FAILURE_FROM_MODEL',
      LogStreamArn: `arn:aws:logs:us-east-1:${test.scope.accountId}:log-group:/aws/sagemaker/Endpoints/${name}`,
      OriginalMessage: original,
      OriginalStatusCode: status,
    },
  });

  for (const [status, who, counted] of [
    [400, 'client', 'Invocation4XXErrors'],
    [500, 'server', 'Invocation5XXErrors'],
  ] as const) {
    it(`is a ModelError with status ${status} and the container's words`, async () => {
      const { address } = await modelServer((_, response) => response.writeHead(status).end('bad shape'));
      const name = await endpoint(`status-${status}`, { A: { address } });
      const words = `Received ${who} error (${status}) from primary with message "bad shape".`;
      await assert.rejects(invoke(name), failed(name, words, status, 'bad shape'));
      assert.equal(metrics.find((datum) => datum.name === counted)?.value, 1);
      assert.equal(metrics.find((datum) => datum.name === 'InvocationModelErrors')?.value, 1);
    });
  }

  it('is a ModelError without status after the time limit', async () => {
    const { address } = await modelServer(() => {});
    const name = await endpoint('slow', { A: { address } });
    await assert.rejects(invoke(name), {
      code: 'ModelError',
      message: /^Received server error \(0\) from primary with message "Your invocation timed out while waiting/,
    });
    assert.equal(metrics.find((datum) => datum.name === 'Invocation5XXErrors')?.value, 1);
  });

  it('is a ModelError without status when the server dies over it, and is not sent twice', async () => {
    const { address, heard } = await modelServer((request) => request.socket.destroy());
    const name = await endpoint('dying', { A: { address } });
    await assert.rejects(invoke(name), { code: 'ModelError', message: /was closed before it had answered/ });
    assert.equal(heard.length, 1);
  });

  it('is a ModelError when the answer breaks off, and is not sent twice', async () => {
    const { address, heard } = await modelServer((request, response) => {
      if (heard.length === 1) return void response.end('whole');
      response.setHeader('content-length', 1000);
      response.write('half', () => request.socket.destroy());
    });
    const name = await endpoint('half', { A: { address } });
    await invoke(name);
    await assert.rejects(invoke(name), { code: 'ModelError', message: /was closed before it had answered/ });
    assert.equal(heard.length, 2);
  });

  it('is sent again when it met an idle connection that the server was just closing', async () => {
    const { address, heard, server } = await modelServer((_, response) => response.end('ok'));
    const name = await endpoint('idle', { A: { address } });
    await invoke(name);
    // The server forgets the connection without a word reaching us before the next request.
    server.closeAllConnections();
    assert.equal(textOf(await invoke(name)), 'ok');
    assert.equal(heard.length, 2);
  });

  it('is a ModelError when the answer is larger than it may be', async () => {
    const { address } = await modelServer((_, response) => response.end('x'.repeat(MAX_ANSWER_BYTES + 1)));
    const name = await endpoint('large', { A: { address } });
    await assert.rejects(invoke(name), {
      code: 'ModelError',
      message: /The response from container primary is larger/,
    });
  });

  it('keeps the words out that are too long to load', async () => {
    const { address } = await modelServer((_, response) => response.writeHead(500).end('x'.repeat(100_000)));
    const name = await endpoint('wordy', { A: { address } });
    await assert.rejects(invoke(name), { message: /^Received server error \(500\) from primary and could not load/ });
  });
});
