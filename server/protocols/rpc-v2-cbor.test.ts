import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { cbor, SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import type { ServiceError } from '../errors.ts';
import { cborOf } from './cbor-write.ts';
import { protocols } from './index.ts';
import { clientOf, operationOf, otherSide } from './sdk-exchange.ts';

/** The SDK's own choice is JSON. */
const cborClientOf = (server: object) =>
  new CloudWatchClient({
    ...clientOf(server),
    protocol: new SmithyRpcV2CborProtocol({ defaultNamespace: 'com.amazonaws.cloudwatch' }),
    disableRequestCompression: true,
  });

describe('RPC v2 CBOR', () => {
  it('reads what the AWS SDK writes', async () => {
    const operation = await operationOf('cloudwatch', 'PutMetricData');
    const server = otherSide({ operation, protocol: 'rpc-v2-cbor', answer: { output: {} } });
    const input = {
      Namespace: 'n',
      MetricData: [{ MetricName: 'ü', Value: -1.5, Timestamp: new Date(1_700_000_000_123), Values: [1, 300, 70_000] }],
    };
    await cborClientOf(server).send(new PutMetricDataCommand(input));
    assert.deepEqual(server.seen.input, input);
  });

  it('writes what the AWS SDK reads', async () => {
    const operation = await operationOf('cloudwatch', 'GetMetricData');
    const many = Array.from({ length: 3000 }, (_, i) => i * 1.5);
    const output = {
      MetricDataResults: [
        {
          Id: 'a',
          Label: 'x'.repeat(300),
          Timestamps: [new Date(0), new Date(1_500)],
          Values: many,
          StatusCode: 'Complete',
        },
      ],
      Messages: [],
    };
    const server = otherSide({ operation, protocol: 'rpc-v2-cbor', answer: { output } });
    const { $metadata: _, ...read } = await cborClientOf(server).send(
      new GetMetricDataCommand({ MetricDataQueries: [], StartTime: new Date(0), EndTime: new Date(1) }),
    );
    assert.deepEqual(read, output);
  });

  it('writes whole doubles as doubles, in lists too, and integers as integers', async () => {
    const { output: shape } = await operationOf('cloudwatch', 'GetMetricData');
    const bytes = cborOf(shape, { MetricDataResults: [{ Values: [2] }] });
    assert.ok(bytes.includes(Buffer.from('fb4000000000000000', 'hex')), bytes.toString('hex'));
    const { output: alarms } = await operationOf('cloudwatch', 'DescribeAlarms');
    const alarm = cborOf(alarms, { MetricAlarms: [{ Period: 60, Threshold: 60 }] });
    assert.ok(alarm.includes('Period\x18\x3c', 0, 'latin1'), alarm.toString('hex'));
    assert.ok(alarm.includes(Buffer.from('fb404e000000000000', 'hex')), alarm.toString('hex'));
  });

  it('writes whole numbers of every length as the SDK does', async () => {
    const { output: shape } = await operationOf('cloudwatch', 'DescribeAlarms');
    for (const Period of [
      0,
      23,
      24,
      255,
      256,
      65_535,
      65_536,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 53 - 1,
      -1,
      -25,
      -(2 ** 33),
    ]) {
      const value = { MetricAlarms: [{ Period }] };
      assert.equal(
        cborOf(shape, value).toString('hex'),
        Buffer.from(cbor.serialize(value)).toString('hex'),
        `${Period}`,
      );
    }
  });

  it('refuses what is not CBOR, and what has other types than the model', async () => {
    const operation = await operationOf('cloudwatch', 'PutMetricData');
    const request = (body: Uint8Array) => ({
      method: 'POST',
      labels: {},
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(body),
    });
    for (const body of [Buffer.from('ff00', 'hex'), Buffer.from('bf61', 'hex'), cbor.serialize({ Namespace: 5 })]) {
      assert.throws(
        () => protocols['rpc-v2-cbor'].decode(operation, request(body)),
        ({ code }: ServiceError) => code === 'SerializationException',
      );
    }
  });
});
