import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DescribeEndpointCommandOutput, ListEndpointsCommandOutput } from '@aws-sdk/client-sagemaker';
import type { Outcome } from '../../../compute/workload.ts';
import { sagemakerFeatures } from '../index.ts';
import { openTestPlatform, type TestPlatform, XGBOOST } from '../testing/index.ts';
import { endpoints } from './resource.ts';

/** The test's clock stands still; generations are counted from an endpoint's creation. */
const CREATED = Date.parse('2025-01-01T00:00:00Z');
const KIND = 'sagemaker/endpoint';
let test: TestPlatform;
let count = 0;

before(async () => {
  test = await openTestPlatform(sagemakerFeatures);
  const PrimaryContainer = { Image: XGBOOST };
  await test.call('CreateModel', { ModelName: 'model', PrimaryContainer, ExecutionRoleArn: test.roleArn });
  await createConfig('one', variant('A'));
  await createConfig('other', variant('A'));
  await createConfig('pair', variant('A', { InitialVariantWeight: 3 }), variant('B'));
});
after(() => test.close());

const variant = (name: string, rest: object = {}) => ({
  VariantName: name,
  ModelName: 'model',
  InstanceType: 'ml.m5.large',
  InitialInstanceCount: 1,
  ...rest,
});
const createConfig = (name: string, ...variants: object[]) =>
  test.call('CreateEndpointConfig', { EndpointConfigName: name, ProductionVariants: variants });

const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:${test.scope.accountId}:endpoint/${name}`;
const describeEndpoint = (name: string) =>
  test.call<DescribeEndpointCommandOutput>('DescribeEndpoint', { EndpointName: name });
const reconcile = (name: string) => test.reconcile(KIND, name);
const workloadOf = (name: string, variantName = 'A', generation = 1) =>
  `endpoint.${test.scope.accountId}.us-east-1.${name}.${variantName}.${CREATED + generation - 1}`;
const workloadsOf = (name: string) =>
  [...test.compute.workloads.keys()].filter((key) => key.includes(`.${name}.`)).sort();

function serve(workload: string, instances = 1): void {
  test.compute.move(workload, 'running', {
    instances: Array.from({ length: instances }, (_, index) => ({
      host: `algo-${index + 1}`,
      state: 'running',
      healthy: true,
      address: '127.0.0.1:1',
    })),
  });
}

const fail = (workload: string, outcome: Outcome = { kind: 'failed', at: 'health', message: '' }) =>
  test.compute.move(workload, 'exited', { outcome, instances: [] });

async function created(config = 'one'): Promise<string> {
  const name = `endpoint-${++count}`;
  await test.call('CreateEndpoint', { EndpointName: name, EndpointConfigName: config });
  await reconcile(name);
  return name;
}

async function inService(config = 'one'): Promise<string> {
  const name = await created(config);
  for (const workload of workloadsOf(name)) serve(workload);
  await reconcile(name);
  return name;
}

const update = (name: string, config: string, rest: object = {}) =>
  test.call('UpdateEndpoint', { EndpointName: name, EndpointConfigName: config, ...rest });
const rescale = (name: string, ...changes: object[]) =>
  test.call('UpdateEndpointWeightsAndCapacities', { EndpointName: name, DesiredWeightsAndCapacities: changes });

describe('an endpoint', () => {
  it('is Creating until its servers are healthy, then InService', async () => {
    const name = await created('pair');
    const creating = await describeEndpoint(name);
    assert.equal(creating.EndpointStatus, 'Creating');
    assert.deepEqual(
      creating.ProductionVariants?.map(({ VariantStatus, CurrentInstanceCount }) => [
        VariantStatus?.[0]?.Status,
        CurrentInstanceCount,
      ]),
      [
        ['Creating', 0],
        ['Creating', 0],
      ],
    );
    serve(workloadOf(name, 'A'));
    await reconcile(name);
    assert.equal((await describeEndpoint(name)).EndpointStatus, 'Creating');
    serve(workloadOf(name, 'B'));
    await reconcile(name);
    const serving = await describeEndpoint(name);
    assert.equal(serving.EndpointStatus, 'InService');
    assert.equal(serving.EndpointArn, arnOf(name));
    assert.equal(serving.EndpointConfigName, 'pair');
    assert.deepEqual(
      serving.ProductionVariants?.map((summary) => [
        summary.VariantName,
        summary.CurrentWeight,
        summary.CurrentInstanceCount,
      ]),
      [
        ['A', 3, 1],
        ['B', 1, 1],
      ],
    );
    const image = serving.ProductionVariants?.[0]?.DeployedImages?.[0];
    assert.equal(image?.SpecifiedImage, XGBOOST);
    assert.equal(image?.ResolvedImage, test.compute.resolve(XGBOOST));
  });

  it('says what its servers wait for', async () => {
    const name = await created();
    test.compute.move(workloadOf(name), 'queued', { message: 'Waiting for capacity: needs 4 GiB' });
    const [variantA] = (await describeEndpoint(name)).ProductionVariants ?? [];
    assert.equal(variantA?.VariantStatus?.[0]?.StatusMessage, 'Waiting for capacity: needs 4 GiB');
  });

  it('fails when a server does not come up, and frees what it had', async () => {
    const name = await created();
    fail(workloadOf(name));
    await reconcile(name);
    const failed = await describeEndpoint(name);
    assert.equal(failed.EndpointStatus, 'Failed');
    assert.match(failed.FailureReason!, /did not pass the ping health check\. Please check CloudWatch logs/);
    assert.equal(failed.EndpointConfigName, 'one');
    assert.deepEqual(workloadsOf(name), []);
    await assert.rejects(update(name, 'other'), { code: 'ValidationException', message: /with status "Failed"/ });
    await test.call('DeleteEndpoint', { EndpointName: name });
  });

  it('goes on when its configuration and model are deleted', async () => {
    const PrimaryContainer = { Image: XGBOOST };
    await test.call('CreateModel', { ModelName: 'brief', PrimaryContainer, ExecutionRoleArn: test.roleArn });
    await createConfig('brief', variant('A', { ModelName: 'brief' }));
    const name = await created('brief');
    await test.call('DeleteEndpointConfig', { EndpointConfigName: 'brief' });
    await test.call('DeleteModel', { ModelName: 'brief' });
    serve(workloadOf(name));
    await reconcile(name);
    assert.equal((await describeEndpoint(name)).EndpointStatus, 'InService');
  });

  it('gets a server back that ended', async () => {
    const name = await inService();
    fail(workloadOf(name), { kind: 'failed', at: 'program', exitCode: 1, message: '' });
    await reconcile(name);
    assert.deepEqual(workloadsOf(name), []);
    await reconcile(name);
    assert.deepEqual(workloadsOf(name), [workloadOf(name)]);
    assert.equal((await describeEndpoint(name)).EndpointStatus, 'InService');
  });

  it('leaves no server behind when the store is emptied while one is started', async () => {
    const name = `endpoint-${++count}`;
    await test.call('CreateEndpoint', { EndpointName: name, EndpointConfigName: 'one' });
    test.compute.onStart = () => test.platform.resources.delete(endpoints, test.scope, name);
    await reconcile(name);
    test.compute.onStart = undefined;
    assert.deepEqual(workloadsOf(name), []);
  });

  it('has a name of its own and needs a configuration', async () => {
    const name = await created();
    await assert.rejects(test.call('CreateEndpoint', { EndpointName: name, EndpointConfigName: 'one' }), {
      code: 'ValidationException',
      message: `Cannot create already existing endpoint "${arnOf(name)}".`,
    });
    await assert.rejects(test.call('CreateEndpoint', { EndpointName: 'x', EndpointConfigName: 'none' }), {
      code: 'ValidationException',
      message: /^Could not find endpoint configuration "arn:.*:endpoint-config\/none"\.$/,
    });
  });
});

describe('UpdateEndpoint', () => {
  it('switches once the new servers are healthy, and then removes the old ones', async () => {
    const name = await inService();
    await update(name, 'other');
    await reconcile(name);
    assert.deepEqual(workloadsOf(name), [workloadOf(name, 'A', 1), workloadOf(name, 'A', 2)]);
    const updating = await describeEndpoint(name);
    assert.equal(updating.EndpointStatus, 'Updating');
    assert.equal(updating.EndpointConfigName, 'one');
    assert.equal(updating.PendingDeploymentSummary?.EndpointConfigName, 'other');
    serve(workloadOf(name, 'A', 2));
    await reconcile(name);
    const updated = await describeEndpoint(name);
    assert.equal(updated.EndpointStatus, 'InService');
    assert.equal(updated.EndpointConfigName, 'other');
    assert.equal(updated.PendingDeploymentSummary, undefined);
    assert.deepEqual(workloadsOf(name), [workloadOf(name, 'A', 2)]);
  });

  it('leaves the old servers serving when the new ones fail, and says why', async () => {
    const name = await inService();
    await update(name, 'other');
    await reconcile(name);
    fail(workloadOf(name, 'A', 2));
    await reconcile(name);
    const endpoint = await describeEndpoint(name);
    assert.equal(endpoint.EndpointStatus, 'InService');
    assert.equal(endpoint.EndpointConfigName, 'one');
    assert.match(endpoint.FailureReason!, /ping health check/);
    assert.deepEqual(workloadsOf(name), [workloadOf(name, 'A', 1)]);
  });

  it('keeps counts and weights where it is asked to', async () => {
    const name = await inService();
    await rescale(name, { VariantName: 'A', DesiredWeight: 7 });
    await reconcile(name);
    await update(name, 'other', { RetainAllVariantProperties: true });
    await reconcile(name);
    serve(workloadOf(name, 'A', 3));
    await reconcile(name);
    assert.equal((await describeEndpoint(name)).ProductionVariants?.[0]?.CurrentWeight, 7);
    const ExcludeRetainedVariantProperties = [{ VariantPropertyType: 'DesiredWeight' }];
    await update(name, 'one', { RetainAllVariantProperties: true, ExcludeRetainedVariantProperties });
    await reconcile(name);
    serve(workloadOf(name, 'A', 4));
    await reconcile(name);
    assert.equal((await describeEndpoint(name)).ProductionVariants?.[0]?.CurrentWeight, 1);
  });

  it('refuses what is in progress, what is missing, and other ways of shifting traffic', async () => {
    const name = await created();
    const inProgress = { code: 'ValidationException', message: `Cannot update in-progress endpoint "${arnOf(name)}".` };
    await assert.rejects(update(name, 'other'), inProgress);
    await assert.rejects(rescale(name, { VariantName: 'A', DesiredWeight: 1 }), inProgress);
    await assert.rejects(update('missing', 'other'), { message: `Could not find endpoint "${arnOf('missing')}".` });
    const canary = {
      BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'CANARY', WaitIntervalInSeconds: 1 } },
    };
    await assert.rejects(
      update(name, 'other', { DeploymentConfig: canary }),
      /Traffic routing CANARY is not supported/,
    );
  });
});

describe('UpdateEndpointWeightsAndCapacities', () => {
  it('changes weights without touching a server', async () => {
    const name = await inService('pair');
    const before = workloadsOf(name);
    await rescale(name, { VariantName: 'B', DesiredWeight: 9 });
    assert.equal((await describeEndpoint(name)).EndpointStatus, 'Updating');
    await reconcile(name);
    const endpoint = await describeEndpoint(name);
    assert.equal(endpoint.EndpointStatus, 'InService');
    assert.deepEqual(
      endpoint.ProductionVariants?.map(({ CurrentWeight }) => CurrentWeight),
      [3, 9],
    );
    assert.deepEqual(workloadsOf(name), before);
  });

  it('puts up more instances of one variant while the other goes on', async () => {
    const name = await inService('pair');
    await rescale(name, { VariantName: 'B', DesiredInstanceCount: 2 });
    await reconcile(name);
    const updating = await describeEndpoint(name);
    assert.equal(updating.ProductionVariants?.[1]?.CurrentInstanceCount, 1);
    assert.equal(updating.ProductionVariants?.[1]?.DesiredInstanceCount, 2);
    serve(workloadOf(name, 'B', 2), 2);
    await reconcile(name);
    assert.equal((await describeEndpoint(name)).ProductionVariants?.[1]?.CurrentInstanceCount, 2);
    assert.deepEqual(workloadsOf(name), [workloadOf(name, 'A', 1), workloadOf(name, 'B', 2)]);
  });

  it('refuses unknown variants and no instances', async () => {
    const name = await inService();
    await assert.rejects(
      rescale(name, { VariantName: 'Z', DesiredWeight: 1 }),
      /Could not find production variant "Z"/,
    );
    await assert.rejects(rescale(name, { VariantName: 'A', DesiredInstanceCount: 0 }), /must be at least 1/);
  });
});

describe('DeleteEndpoint', () => {
  it('shows Deleting, removes the servers, and then the endpoint is gone', async () => {
    const name = await inService('pair');
    await test.call('DeleteEndpoint', { EndpointName: name });
    assert.equal((await describeEndpoint(name)).EndpointStatus, 'Deleting');
    await reconcile(name);
    assert.deepEqual(workloadsOf(name), []);
    await assert.rejects(describeEndpoint(name), {
      code: 'ValidationException',
      message: `Could not find endpoint "${arnOf(name)}".`,
    });
  });

  it('refuses an endpoint that is still being created', async () => {
    const name = await created();
    await assert.rejects(test.call('DeleteEndpoint', { EndpointName: name }), {
      message: `Cannot update in-progress endpoint "${arnOf(name)}".`,
    });
  });
});

describe('ListEndpoints', () => {
  it('filters by status', async () => {
    const name = await inService();
    const list = async (input: object) =>
      (await test.call<ListEndpointsCommandOutput>('ListEndpoints', { NameContains: name, ...input })).Endpoints;
    assert.deepEqual(
      (await list({ StatusEquals: 'InService' }))?.map(({ EndpointName }) => EndpointName),
      [name],
    );
    assert.deepEqual(await list({ StatusEquals: 'Failed' }), []);
  });
});
