import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeployedVariant } from './resource.ts';
import { workloadFor } from './workload.ts';

const key = { kind: 'sagemaker/endpoint', accountId: '123456789012', region: 'eu-west-1', name: 'My-Endpoint' };
const variant = (rest: Partial<DeployedVariant> = {}): DeployedVariant => ({
  name: 'AllTraffic',
  generation: 3,
  modelName: 'm',
  resolvedImage: 'image@sha256:0',
  image: 'image',
  environment: { A: 'b' },
  roleArn: 'arn:aws:iam::123456789012:role/R',
  networkIsolation: true,
  instanceType: 'ml.m5.large',
  instanceCount: 2,
  weight: 1,
  downloadTimeoutSeconds: 900,
  startTimeoutSeconds: 600,
  resolvedAt: '2025-01-01T00:00:00.000Z',
  ...rest,
});

describe('the workload of a variant', () => {
  it('is a server that counts as up when it answers /ping', () => {
    const workload = workloadFor(key, variant());
    assert.equal(workload.name, 'endpoint.123456789012.eu-west-1.My-Endpoint.AllTraffic.3');
    assert.deepEqual(
      [workload.type, workload.arguments, workload.port, workload.healthPath, workload.startTimeoutSeconds],
      ['server', ['serve'], 8080, '/ping', 600],
    );
    assert.equal(workload.networkIsolation, true);
    assert.equal(workload.environment.A, 'b');
  });

  it('logs to a stream for each instance, the same ones each time', () => {
    const { group, streams } = workloadFor(key, variant()).logs;
    assert.equal(group, '/aws/sagemaker/Endpoints/My-Endpoint');
    assert.equal(new Set(streams).size, 2);
    for (const stream of streams) assert.match(stream, /^AllTraffic\/i-[0-9a-f]{17}$/);
    assert.deepEqual(workloadFor(key, variant()).logs.streams, streams);
    assert.notDeepEqual(workloadFor(key, variant({ generation: 4 })).logs.streams, streams);
  });

  it('publishes what its instances use together, as that of the variant', () => {
    const dimensions = { EndpointName: 'My-Endpoint', VariantName: 'AllTraffic' };
    assert.deepEqual(workloadFor(key, variant()).usage, {
      namespace: '/aws/sagemaker/Endpoints',
      dimensions: [dimensions, dimensions],
    });
  });

  const s3 = (rest: object) => ({ modelDataSource: { S3DataSource: rest } }) as Partial<DeployedVariant>;
  const cases: [string, Partial<DeployedVariant>, object[]][] = [
    ['no model data', {}, []],
    [
      'an archive',
      { modelDataUrl: 's3://b/m.tar.gz' },
      [{ s3Uri: 's3://b/m.tar.gz', source: 'S3Object', unpack: true }],
    ],
    [
      'an archive as a source',
      s3({ S3Uri: 's3://b/m.tar.gz', S3DataType: 'S3Object', CompressionType: 'Gzip' }),
      [{ s3Uri: 's3://b/m.tar.gz', source: 'S3Object', unpack: true }],
    ],
    [
      'a prefix',
      s3({ S3Uri: 's3://b/m/', S3DataType: 'S3Prefix', CompressionType: 'None' }),
      [{ s3Uri: 's3://b/m/', source: 'S3Prefix' }],
    ],
  ];
  for (const [what, rest, inputs] of cases) {
    it(`takes ${what}`, () => {
      assert.deepEqual(
        workloadFor(key, variant(rest)).inputs,
        inputs.map((input) => ({ path: '/opt/ml/model', mode: 'File', ...input })),
      );
    });
  }
});
