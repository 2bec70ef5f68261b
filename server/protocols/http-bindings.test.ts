import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { GetObjectAttributesCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { ServiceError } from '../errors.ts';
import { encodeBindings } from './http-bindings.ts';
import { protocols } from './index.ts';
import { clientOf, operationOf, otherSide } from './sdk-exchange.ts';

const where = { Bucket: 'b', Key: 'a/b ü' };

describe('http bindings', () => {
  it('reads labels, query and headers of every type as the AWS SDK writes them', async () => {
    const operation = await operationOf('s3', 'HeadObject');
    const server = otherSide({ operation, protocol: 'rest-xml', labels: where, answer: { output: {} } });
    const input = {
      ...where,
      IfModifiedSince: new Date(1_700_000_000_000),
      PartNumber: 3,
      VersionId: 'v&1',
      ResponseExpires: new Date(0),
      RequestPayer: 'requester' as const,
    };
    await new S3Client(clientOf(server)).send(new HeadObjectCommand(input));
    assert.deepEqual(server.seen.input, input);
  });

  it('reads headers with a common prefix, and lists', async () => {
    const put = await operationOf('s3', 'PutObject');
    const server = otherSide({ operation: put, protocol: 'rest-xml', labels: where, answer: { output: {} } });
    const client = new S3Client({ ...clientOf(server), requestChecksumCalculation: 'WHEN_REQUIRED' });
    await client.send(new PutObjectCommand({ ...where, Metadata: { one: '1', 'two-three': 'x, y' } }));
    assert.deepEqual((server.seen.input as { Metadata: object }).Metadata, { one: '1', 'two-three': 'x, y' });

    const operation = await operationOf('s3', 'GetObjectAttributes');
    const other = otherSide({ operation, protocol: 'rest-xml', labels: where, answer: { output: {} } });
    const input = { ...where, ObjectAttributes: ['ETag' as const, 'ObjectSize' as const] };
    await new S3Client(clientOf(other)).send(new GetObjectAttributesCommand(input));
    assert.deepEqual(other.seen.input, input);
  });

  it('writes headers as the AWS SDK reads them', async () => {
    const operation = await operationOf('s3', 'HeadObject');
    const output = {
      ContentLength: 12,
      LastModified: new Date(1_700_000_000_000),
      DeleteMarker: false,
      ETag: '"e"',
      Metadata: { colour: 'red' },
      StorageClass: 'STANDARD' as const,
    };
    const server = otherSide({ operation, protocol: 'rest-xml', labels: where, answer: { output } });
    const { $metadata: _, ...read } = await new S3Client(clientOf(server)).send(new HeadObjectCommand(where));
    assert.deepEqual(read, output);
  });

  it('lets no line end into a header, and no character that HTTP has no byte for', async () => {
    const operation = await operationOf('s3', 'HeadObject');
    const { headers } = encodeBindings(operation, { Metadata: { a: 'x\r\nset-cookie: y', b: 'π' } });
    assert.equal(headers['x-amz-meta-a'], 'x  set-cookie: y');
    assert.equal(Buffer.from(headers['x-amz-meta-b']!, 'latin1').toString('utf8'), 'π');
  });

  it('gives a payload as it came, and takes one as it is', async () => {
    const operation = await operationOf('sagemaker-runtime', 'InvokeEndpoint');
    const Body = Buffer.from([0, 255, 13, 10]);
    const server = otherSide({
      operation,
      protocol: 'rest-json',
      labels: { EndpointName: 'e' },
      answer: { output: { Body, ContentType: 'x/y', CustomAttributes: 'c' } },
    });
    const client = new SageMakerRuntimeClient(clientOf(server));
    const answer = await client.send(new InvokeEndpointCommand({ EndpointName: 'e', Body, Accept: 'a/b' }));
    const { ContentType: _, ...input } = server.seen.input as Record<string, unknown>;
    assert.deepEqual(input, { EndpointName: 'e', Body, Accept: 'a/b' });
    assert.deepEqual([Buffer.from(answer.Body), answer.ContentType, answer.CustomAttributes], [Body, 'x/y', 'c']);
  });

  it('refuses values of other types than the model has', async () => {
    const operation = await operationOf('s3', 'ListObjectsV2');
    const wrong = ['max-keys=0x10', 'max-keys=', 'fetch-owner=yes'];
    for (const text of wrong) {
      const request = { method: 'GET', labels: { Bucket: 'b' }, headers: {}, body: Readable.from([]) };
      assert.throws(
        () => protocols['rest-xml'].decode(operation, { ...request, query: new URLSearchParams(text) }),
        ({ code }: ServiceError) => code === 'SerializationException',
        text,
      );
    }
  });
});
