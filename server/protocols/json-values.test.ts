import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DescribeEndpointConfigCommand, DescribeModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { ServiceError } from '../errors.ts';
import { protocols } from './index.ts';
import type { WireRequest } from './protocol.ts';
import { clientOf, operationOf, otherSide } from './sdk-exchange.ts';

const requestOf = (body: string): WireRequest => ({
  method: 'POST',
  labels: {},
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.from(body),
});

describe('AWS JSON', () => {
  it('writes floating-point numbers as such even when they are whole, and integers without a point', async () => {
    const operation = await operationOf('sagemaker', 'DescribeEndpointConfig');
    const output = {
      EndpointConfigName: 'c',
      EndpointConfigArn: 'arn',
      CreationTime: new Date(1000),
      ProductionVariants: [{ VariantName: 'v', InitialVariantWeight: 1, InitialInstanceCount: 2 }],
    };
    const { body } = protocols['json-1.1'].encode(operation, output, 'id');
    assert.match(body as string, /"InitialVariantWeight":1\.0[,}]/);
    assert.match(body as string, /"InitialInstanceCount":2[,}]/);
    const server = otherSide({ operation, protocol: 'json-1.1', answer: { output } });
    const client = new SageMakerClient(clientOf(server));
    const { $metadata: _, ...read } = await client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'c' }));
    assert.deepEqual(read, output);
  });

  it('keeps fractions, and tells what JSON has no number for in words', async () => {
    const operation = await operationOf('sagemaker', 'DescribeTrainingJob');
    const metric = (Value: number) => ({ MetricName: 'm', Value, Timestamp: new Date(0) });
    const output = { FinalMetricDataList: [0.25, 1e21, -3, NaN, Infinity].map(metric) };
    const { body } = protocols['json-1.1'].encode(operation, output, 'id');
    assert.deepEqual((body as string).match(/(?<="Value":)[^,]+/g), ['0.25', '1e+21', '-3.0', '"NaN"', '"Infinity"']);
  });

  it('drops nulls and members that the model does not know', async () => {
    const operation = await operationOf('sagemaker', 'CreateModel');
    const body =
      '{"ModelName":"m","Nonsense":1,"Tags":null,"__proto__":{"x":1},"PrimaryContainer":{"Environment":{"__proto__":"v"}}}';
    const input = protocols['json-1.1'].decode(operation, requestOf(body)) as {
      PrimaryContainer: { Environment: object };
    };
    assert.deepEqual(Object.keys(input), ['ModelName', 'PrimaryContainer']);
    assert.deepEqual(Object.entries(input.PrimaryContainer.Environment), [['__proto__', 'v']]);
  });

  const wrong: [string, string, RegExp][] = [
    ['a number for a text', '{"ModelName":1}', /NUMBER_VALUE can not be converted to a String at 'ModelName'/],
    ['a text for a list', '{"Tags":"x"}', /STRING_VALUE can not be converted to a List at 'Tags'/],
    ['a list for a structure', '{"Tags":[[]]}', /START_ARRAY can not be converted to a Structure at 'Tags.1'/],
    ['a list for everything', '[]', /START_ARRAY can not be converted to a Structure/],
    ['what is not JSON', '{"ModelName":', /not valid JSON/],
  ];
  for (const [what, body, message] of wrong) {
    it(`refuses ${what}`, async () => {
      const operation = await operationOf('sagemaker', 'CreateModel');
      assert.throws(
        () => protocols['json-1.1'].decode(operation, requestOf(body)),
        (error: ServiceError) => {
          assert.equal(error.code, 'SerializationException');
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('tells errors so that the SDK knows their class', async () => {
    const operation = await operationOf('sagemaker', 'DescribeModel');
    const error = { code: 'ResourceNotFound', message: 'gone', status: 400, members: {}, fault: 'Sender' } as const;
    const client = new SageMakerClient(clientOf(otherSide({ operation, protocol: 'json-1.1', answer: { error } })));
    await assert.rejects(client.send(new DescribeModelCommand({ ModelName: 'm' })), {
      name: 'ResourceNotFound',
      message: 'gone',
    });
  });
});
