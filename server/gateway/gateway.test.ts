import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { CreateRoleCommand, GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateModelCommand, DescribeModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { cbor } from '@smithy/core/cbor';
import { ServiceError } from '../errors.ts';
import type { Operation } from '../operations.ts';
import type { Feature } from '../platform.ts';
import { openTestGateway, signedFor } from './test-gateway.ts';

/** What the operations below were given last. */
let seen: Record<string, unknown> = {};
const see =
  (output: unknown): Operation['handle'] =>
  async (input) => {
    seen = input as Record<string, unknown>;
    return output as object;
  };

const features: Feature[] = [
  {
    service: 'sagemaker',
    operations: {
      CreateModel: { handle: see({ ModelArn: 'arn:model', NotInTheModel: 1 }) },
      DescribeModel: {
        handle: see({
          ModelName: 'm',
          CreationTime: new Date(1_700_000_000_123),
          ModelArn: 'a',
          PrimaryContainer: { Image: 'i' },
        }),
      },
      DescribeEndpoint: {
        handle() {
          throw new Error('a secret detail');
        },
      },
    },
  },
  {
    service: 'sagemaker-runtime',
    operations: {
      InvokeEndpoint: {
        handle(input) {
          if (input.EndpointName === 'broken') {
            const members = { OriginalStatusCode: 500, OriginalMessage: 'x' };
            throw new ServiceError('ModelError', 'it broke', { status: 424, members });
          }
          seen = input;
          return { Body: Buffer.from('0.5'), ContentType: 'text/csv', InvokedProductionVariant: 'v' };
        },
      },
    },
  },
  {
    service: 's3',
    operations: {
      PutObject: {
        async handle(input) {
          seen = { ...input, Body: await buffer(input.Body as Readable) };
          return { ETag: '"abc"' };
        },
      },
      GetObject: {
        handle: (input, { responseHeaders }) => {
          if (input.Range) responseHeaders[':status'] = '206';
          return { Body: Readable.from(['hello']), ContentLength: 5, Metadata: { a: 'b' }, LastModified: new Date(0) };
        },
      },
      HeadObject: { handle: see({ ContentLength: 12, ETag: '"e"' }) },
      CopyObject: { handle: see({ CopyObjectResult: { ETag: '"c"', LastModified: new Date(0) } }) },
      ListBuckets: { handle: see({ Buckets: [{ Name: 'b', CreationDate: new Date(0) }], Owner: { ID: 'o' } }) },
      ListObjectsV2: {
        handle: see({ Contents: [{ Key: 'a&b', Size: 1 }], CommonPrefixes: [{ Prefix: 'p/' }], KeyCount: 2 }),
      },
      DeleteObjects: { handle: see({ Deleted: [{ Key: 'x' }] }) },
      GetBucketLocation: { handle: see({ LocationConstraint: 'eu-west-1' }) },
    },
  },
  {
    service: 'iam',
    operations: {
      CreateRole: {
        handle: see({
          Role: {
            RoleName: 'r',
            Arn: 'arn',
            Path: '/',
            RoleId: 'x',
            CreateDate: new Date(0),
            Tags: [{ Key: 'k', Value: '<v>' }],
          },
        }),
      },
      GetUser: {
        handle() {
          throw new ServiceError('NoSuchEntity', 'The user with name x cannot be found.', { status: 404 });
        },
      },
    },
  },
  {
    service: 'cloudwatch',
    operations: {
      GetMetricStatistics: {
        handle(input, context) {
          if (input.MetricName === 'wrong') throw new ServiceError('InvalidParameterValue', 'It is wrong.');
          const output = { Label: 'l', Datapoints: [{ Timestamp: new Date(60_000), Average: 1.5 }] };
          return see(output)(input, context);
        },
      },
      PutMetricData: { handle: see(undefined) },
    },
  },
];

describe('gateway', () => {
  let gateway: Awaited<ReturnType<typeof openTestGateway>>;
  before(async () => {
    gateway = await openTestGateway(features);
  });
  after(() => gateway.close());
  const post = (...request: Parameters<typeof gateway.post>) => gateway.post(...request);

  it('serves AWS JSON: input as typed, output with what the model knows only', async () => {
    const client = new SageMakerClient(gateway.connection);
    const input = {
      ModelName: 'm',
      ExecutionRoleArn: 'arn:aws:iam::123456789012:role/R',
      Tags: [{ Key: 'k', Value: 'v' }],
    };
    const output = await client.send(new CreateModelCommand(input));
    assert.deepEqual(seen, input);
    assert.equal(output.ModelArn, 'arn:model');
    const model = await client.send(new DescribeModelCommand({ ModelName: 'm' }));
    assert.equal(model.CreationTime?.getTime(), 1_700_000_000_123);
    assert.equal(model.PrimaryContainer?.Image, 'i');
  });

  it("refuses input in SageMaker's own form of words", async () => {
    const client = new SageMakerClient(gateway.connection);
    await assert.rejects(client.send(new DescribeModelCommand({ ModelName: 'no spaces' })), {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'no spaces' at 'modelName' failed to satisfy constraint: " +
        'Member must satisfy regular expression pattern: [a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?',
    });
    await assert.rejects(client.send(new DescribeModelCommand({ ModelName: undefined })), {
      message:
        "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: Member must not be null",
    });
  });

  it('names the type that a value should have had', async () => {
    const answer = await post(
      { 'x-amz-target': 'SageMaker.DescribeModel', ...signedFor('sagemaker') },
      '{"ModelName": 5}',
    );
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.body), {
      __type: 'SerializationException',
      message: "NUMBER_VALUE can not be converted to a String at 'ModelName'",
    });
  });

  it('says that an operation is missing, unknown, or of a service that is not served', async () => {
    const missing = await post({ 'x-amz-target': 'SageMaker.CreateCluster', ...signedFor('sagemaker') }, '{}');
    assert.equal(missing.status, 501);
    assert.match(missing.body, /NotImplementedException.*CreateCluster/);
    const unknown = await post({ 'x-amz-target': 'SageMaker.Nonsense', ...signedFor('sagemaker') }, '{}');
    assert.match(unknown.body, /UnknownOperationException/);
    const foreign = await post({ 'x-amz-target': 'DynamoDB_20120810.ListTables', ...signedFor('sagemaker') }, '{}');
    assert.equal(foreign.status, 501);
  });

  it('keeps details of its own failures to itself', async () => {
    const answer = await post(
      { 'x-amz-target': 'SageMaker.DescribeEndpoint', ...signedFor('sagemaker') },
      '{"EndpointName":"e"}',
    );
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.body, /secret/);
  });

  it('asks for a signature', async () => {
    const answer = await post({ 'x-amz-target': 'SageMaker.DescribeModel' }, '{"ModelName":"m"}');
    assert.equal(answer.status, 400);
    assert.match(answer.body, /MissingAuthenticationTokenException/);
    const rest = await post({ host: 'runtime.sagemaker.us-east-1.amazonaws.com' }, '', '/endpoints/e/invocations');
    assert.equal(rest.status, 403);
    assert.equal(rest.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException');
    const here = await post({}, '', '/endpoints/e/invocations');
    assert.equal(here.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const neverSigned = await post(form, 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15');
    assert.equal(neverSigned.status, 501);
  });

  it('refuses a signature that was made for another service, in the words of the one that got it', async () => {
    const json = await post({ 'x-amz-target': 'SageMaker.DescribeModel', ...signedFor('s3') }, '{"ModelName":"m"}');
    assert.equal(json.status, 400);
    assert.deepEqual(JSON.parse(json.body), {
      __type: 'InvalidSignatureException',
      message: "Credential should be scoped to correct service: 'sagemaker'.",
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded', host: 'iam.amazonaws.com' };
    const query = await post({ ...form, ...signedFor('sts') }, 'Action=GetUser&Version=2010-05-08');
    assert.equal(query.status, 403);
    assert.match(query.body, /<Code>SignatureDoesNotMatch<.*to correct service: (&apos;|')iam/s);
    const s3 = await post({ host: 'b.s3.amazonaws.com', ...signedFor('sagemaker') }, '', '/k', 'PUT');
    assert.equal(s3.status, 400);
    assert.match(s3.body, /<Code>AuthorizationHeaderMalformed<.*incorrect service (&quot;|")sagemaker/s);
  });

  it('refuses a signature that was made for another region than the host is in', async () => {
    const elsewhere = { host: 'sts.eu-west-1.amazonaws.com', 'content-type': 'application/x-www-form-urlencoded' };
    const query = await post({ ...elsewhere, ...signedFor('sts') }, 'Action=GetCallerIdentity&Version=2011-06-15');
    assert.equal(query.status, 403);
    assert.match(query.body, /<Code>SignatureDoesNotMatch<.*to a valid region, not (&apos;|')us-east-1/s);
    const s3 = await post({ host: 'b.s3.eu-west-1.amazonaws.com', ...signedFor('s3') }, '', '/k', 'PUT');
    assert.equal(s3.status, 400);
    assert.match(s3.body, /<Code>AuthorizationHeaderMalformed<.*expecting (&apos;|')eu-west-1.*<Region>eu-west-1</s);
  });

  it('serves REST-JSON with payload, headers and modelled errors', async () => {
    const client = new SageMakerRuntimeClient(gateway.connection);
    const output = await client.send(
      new InvokeEndpointCommand({
        EndpointName: 'e',
        Body: Buffer.from('1,2'),
        ContentType: 'text/csv',
        TargetVariant: 'v',
      }),
    );
    assert.equal(Buffer.from(seen.Body as Uint8Array).toString(), '1,2');
    assert.equal(seen.TargetVariant, 'v');
    assert.equal(output.Body.transformToString(), '0.5');
    assert.equal(output.InvokedProductionVariant, 'v');
    await assert.rejects(client.send(new InvokeEndpointCommand({ EndpointName: 'broken', Body: Buffer.from('') })), {
      name: 'ModelError',
      OriginalStatusCode: 500,
      OriginalMessage: 'x',
    });
  });

  it('serves S3, streaming both ways', async () => {
    const client = new S3Client({ ...gateway.connection, forcePathStyle: true });
    await client.send(
      new PutObjectCommand({ Bucket: 'bucket', Key: 'a b/ü.txt', Body: 'hello', Metadata: { colour: 'red' } }),
    );
    assert.equal(seen.Bucket, 'bucket');
    assert.equal(seen.Key, 'a b/ü.txt');
    assert.deepEqual(seen.Metadata, { colour: 'red' });
    const got = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' }));
    assert.equal(await got.Body!.transformToString(), 'hello');
    assert.deepEqual(got.Metadata, { a: 'b' });
    const range = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k', Range: 'bytes=0-4' }));
    assert.equal(range.$metadata.httpStatusCode, 206);
  });

  it('leaves S3 the paths that look like calls of a procedure', async () => {
    const answer = await post(signedFor('s3'), 'x', '/service/some/operation/thing', 'PUT');
    assert.equal(answer.status, 200);
    assert.deepEqual([seen.Bucket, seen.Key], ['service', 'some/operation/thing']);
  });

  it('takes the bucket from the host name, ours or AWS’s', async () => {
    for (const host of [
      'b.u.localhost',
      'b.u.s3.localhost:80',
      'b.u.s3.us-east-1.amazonaws.com',
      'b.u.s3.amazonaws.com',
    ]) {
      const answer = await post({ host, ...signedFor('s3') }, 'x', '/k/l', 'PUT');
      assert.equal(answer.status, 200, host);
      assert.equal(seen.Bucket, 'b.u');
      assert.equal(seen.Key, 'k/l');
    }
  });

  it('tells S3 operations apart by method, query, headers and bucket', async () => {
    const client = new S3Client({ ...gateway.connection, forcePathStyle: true });
    const head = await client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }));
    assert.equal(head.ContentLength, 12);
    const copied = await client.send(new CopyObjectCommand({ Bucket: 'b', Key: 'k', CopySource: 'b/other' }));
    assert.equal(copied.CopyObjectResult?.ETag, '"c"');
    assert.equal(seen.CopySource, 'b/other');
    const buckets = await client.send(new ListBucketsCommand({}));
    assert.equal(buckets.Buckets?.[0]?.Name, 'b');
    const listed = await client.send(new ListObjectsV2Command({ Bucket: 'b', Prefix: 'p', MaxKeys: 5 }));
    assert.equal(seen.MaxKeys, 5);
    assert.equal(listed.Contents?.[0]?.Key, 'a&b');
    assert.equal(listed.CommonPrefixes?.[0]?.Prefix, 'p/');
    const deleted = await client.send(new DeleteObjectsCommand({ Bucket: 'b', Delete: { Objects: [{ Key: '<x>' }] } }));
    assert.deepEqual(seen.Delete, { Objects: [{ Key: '<x>' }] });
    assert.equal(deleted.Deleted?.[0]?.Key, 'x');
    const location = await client.send(new GetBucketLocationCommand({ Bucket: 'b' }));
    assert.equal(location.LocationConstraint, 'eu-west-1');
  });

  it('serves Query: nested lists in, XML and typed errors out', async () => {
    const client = new IAMClient(gateway.connection);
    const created = await client.send(
      new CreateRoleCommand({
        RoleName: 'r',
        AssumeRolePolicyDocument: '{}',
        Tags: [
          { Key: 'k', Value: 'v' },
          { Key: 'l', Value: '' },
        ],
      }),
    );
    assert.deepEqual(seen.Tags, [
      { Key: 'k', Value: 'v' },
      { Key: 'l', Value: '' },
    ]);
    assert.equal(created.Role?.Tags?.[0]?.Value, '<v>');
    await assert.rejects(client.send(new GetUserCommand({ UserName: 'x' })), { name: 'NoSuchEntityException' });
  });

  it('speaks JSON, Query and CBOR with clients of CloudWatch', async () => {
    const input = { Namespace: 'n', MetricName: 'm', StartTime: new Date(0), EndTime: new Date(1e6), Period: 60 };
    const client = new CloudWatchClient(gateway.connection);
    const output = await client.send(new GetMetricStatisticsCommand(input));
    assert.equal(output.Datapoints?.[0]?.Average, 1.5);
    assert.deepEqual(seen, input);

    const form =
      'Action=GetMetricStatistics&Version=2010-08-01&Namespace=n&MetricName=m&Period=60&StartTime=1970-01-01T00:00:00Z&EndTime=1970-01-01T00:16:40Z';
    const xml = await post({ 'content-type': 'application/x-www-form-urlencoded', ...signedFor('monitoring') }, form);
    assert.match(xml.body, /<GetMetricStatisticsResult>.*<Average>1.5<\/Average>/);
    assert.deepEqual(seen, input);

    const body = Buffer.from(cbor.serialize({ ...input, StartTime: 0, EndTime: 1000 }));
    const path = '/service/GraniteServiceVersion20100801/operation/GetMetricStatistics';
    const binary = await post({ 'smithy-protocol': 'rpc-v2-cbor', ...signedFor('monitoring') }, body, path);
    const decoded = cbor.deserialize(new Uint8Array(binary.bytes));
    assert.equal(decoded.Datapoints[0].Average, 1.5);
    assert.equal(decoded.Datapoints[0].Timestamp.value, 60);
  });

  it("tells CloudWatch's errors by the names that each protocol has for them", async () => {
    const input = { Namespace: 'n', StartTime: 0, EndTime: 1, Period: 60, MetricName: 'wrong' };
    const query = await post(
      { 'content-type': 'application/x-www-form-urlencoded', ...signedFor('monitoring') },
      'Action=GetMetricStatistics&Namespace=n&MetricName=wrong&Period=60&StartTime=0&EndTime=1',
    );
    assert.match(query.body, /<Code>InvalidParameterValue<\/Code>/);
    const target = { 'x-amz-target': 'GraniteServiceVersion20100801.GetMetricStatistics' };
    const json = await post({ ...target, ...signedFor('monitoring') }, JSON.stringify(input));
    assert.equal(JSON.parse(json.body).__type, 'InvalidParameterValueException');
    assert.equal(json.headers['x-amzn-query-error'], 'InvalidParameterValue;Sender');
  });

  it('unpacks gzip, and refuses what is none', async () => {
    const form = gzipSync(
      'Action=PutMetricData&Namespace=n&MetricData.member.1.MetricName=m&MetricData.member.1.Value=2',
    );
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'content-encoding': 'gzip',
      ...signedFor('monitoring'),
    };
    assert.equal((await post(headers, form)).status, 200);
    assert.deepEqual(seen.MetricData, [{ MetricName: 'm', Value: 2 }]);
    assert.equal((await post(headers, 'plain')).status, 400);
  });

  it('answers a browser that asks first', async () => {
    const answer = await post({ origin: 'http://x', 'access-control-request-method': 'POST' }, '', '/', 'OPTIONS');
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
  });

  it('tells of itself below /_/ and keeps reset to ephemeral mode', async () => {
    assert.equal((await post({}, '', '/_/health', 'GET')).status, 200);
    assert.equal((await post({}, '', '/_/health', 'HEAD')).status, 200);
    assert.match((await post({}, '', '/_/metrics', 'GET')).body, /wildsage_request_seconds_count/);
    assert.equal((await post({}, '', '/_/reset')).status, 403);
    const host = 'b.s3.amazonaws.com';
    assert.equal((await post({ host, ...signedFor('s3') }, '', '/_/health', 'PUT')).status, 200);
    assert.equal(seen.Key, '_/health');
  });

  it('survives what is not HTTP, and a client that leaves half-way', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.end('nonsense\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1.1 400/);
    const half = connect(gateway.port, '127.0.0.1');
    half.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc');
    half.destroy();
    assert.equal((await post({}, '', '/_/health', 'GET')).status, 200);
  });
});
