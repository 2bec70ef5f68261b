import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import {
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { fails, type S3Server, startS3 } from './s3-server.ts';

const Bucket = 'forms';
const MEGABYTE = 2 ** 20;

type Fields = Record<string, string>;

describe('uploads to S3 by HTML form', () => {
  let server: S3Server;
  let s3: S3Client;
  before(async () => {
    server = await startS3();
    s3 = server.client();
    await server.createBucket(Bucket);
  });
  after(() => server.close());

  /** A form's fields with a policy that says just them, signed as AWS describes it. */
  const signed = (fields: Fields, { conditions = [] as unknown[], expiresIn = 60_000 } = {}): Fields => {
    const { accessKeyId, secretAccessKey } = server.credentials;
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = [date.slice(0, 8), 'eu-west-1', 's3', 'aws4_request'];
    const all: Fields = {
      ...fields,
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': [accessKeyId, ...scope].join('/'),
      'x-amz-date': date,
    };
    const exact = Object.entries(all).filter(([, value]) => !value.includes('{filename}'));
    const document = {
      expiration: new Date(Date.now() + expiresIn).toISOString(),
      conditions: [{ bucket: Bucket }, ...exact.map(([name, value]) => ({ [name]: value })), ...conditions],
    };
    const policy = Buffer.from(JSON.stringify(document)).toString('base64');
    const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
    const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
    return { ...all, policy, 'x-amz-signature': hmac(key, policy).toString('hex') };
  };

  const post = async (fields: Fields, file: Uint8Array<ArrayBuffer> | string = 'content', name = 'a.txt') => {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    form.set('file', new Blob([file]), name);
    const answer = await fetch(`${server.url}/${Bucket}`, { method: 'POST', body: form, redirect: 'manual' });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  const read = (Key: string) => s3.send(new GetObjectCommand({ Bucket, Key }));

  it('put the file under the name that the form says, with what it says of it', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>a b</Key><Value>ü</Value></Tag></TagSet></Tagging>';
    const fields = { 'Content-Type': 'text/x-note', 'x-amz-meta-author': 'Ada', tagging };
    const key = { key: 'up/\u0024{filename}' };
    const answer = await post(signed({ ...key, ...fields }, { conditions: [['starts-with', '$key', 'up/']] }));
    assert.equal(answer.status, 204, answer.body);
    assert.equal(answer.headers.get('location'), `${server.url}/${Bucket}/up/a.txt`);
    const object = await read('up/a.txt');
    assert.equal(await object.Body?.transformToString(), 'content');
    assert.equal(object.ETag, answer.headers.get('etag'));
    assert.equal(object.ContentType, 'text/x-note');
    assert.deepEqual(object.Metadata, { author: 'Ada' });
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'up/a.txt' }));
    assert.deepEqual(TagSet, [{ Key: 'a b', Value: 'ü' }]);
  });

  it('take large files as they come', async () => {
    const bytes = new Uint8Array(randomBytes(40 * MEGABYTE));
    assert.equal((await post(signed({ key: 'large' }), bytes)).status, 204);
    assert.ok(Buffer.from(await (await read('large')).Body!.transformToByteArray()).equals(bytes));
  });

  it('answer as the form asks', async () => {
    const created = await post(signed({ key: 'told', success_action_status: '201' }));
    assert.equal(created.status, 201);
    assert.match(created.body, /<PostResponse><Location>.*\/forms\/told<\/Location><Bucket>forms<.*<Key>told<.*<ETag>/);
    assert.equal((await post(signed({ key: 'told', success_action_status: '200' }))).status, 200);
    const sent = await post(signed({ key: 'told', success_action_redirect: 'https://example.com/done?x=1' }));
    assert.equal(sent.status, 303);
    const to = new URL(sent.headers.get('location')!);
    assert.deepEqual(
      [to.origin, to.searchParams.get('x'), to.searchParams.get('key')],
      ['https://example.com', '1', 'told'],
    );
  });

  it('are held against their policy', async () => {
    const refusal = async (fields: Fields, file?: string) => {
      const { status, body } = await post(fields, file);
      return [status, /<Code>(\w+)</.exec(body)?.[1], /<Message>([^<]*)</.exec(body)?.[1]];
    };
    const policy = 'Invalid according to Policy: ';
    const good = signed({ key: 'held' });
    assert.deepEqual(await refusal({ ...good, key: 'other' }), [
      403,
      'AccessDenied',
      `${policy}Policy Condition failed: [&quot;eq&quot;, &quot;$key&quot;, &quot;held&quot;]`,
    ]);
    assert.deepEqual(await refusal({ ...good, 'x-amz-meta-a': 'b' }), [
      403,
      'AccessDenied',
      `${policy}Extra input fields: x-amz-meta-a`,
    ]);
    assert.equal((await refusal(signed({ key: 'held' }, { expiresIn: -1000 })))[2], `${policy}Policy expired.`);
    const sized = signed({ key: 'held' }, { conditions: [['content-length-range', 3, 5]] });
    assert.equal((await refusal(sized, 'too long'))[1], 'EntityTooLarge');
    assert.equal((await refusal(sized, 'ab'))[1], 'EntityTooSmall');
    const forged = Buffer.from('{"expiration":"2999-01-01T00:00:00Z","conditions":[]}').toString('base64');
    assert.equal((await refusal({ ...good, policy: forged }))[1], 'SignatureDoesNotMatch');
    await fails(read('held'), 'NoSuchKey', 404);
    assert.equal((await post(sized, 'abc')).status, 204);
  });

  it('say nothing that an answer could not carry', async () => {
    for (const name of ['x-amz-meta-ü', 'x-amz-meta-a b', 'x-amz-meta-']) {
      const { status, body } = await post(signed({ key: 'named', [name]: 'x' }));
      assert.equal(status, 400, body);
      assert.match(body, /<Code>InvalidArgument</);
    }
    const lines = { expires: 'one\r\ntwo', 'x-amz-meta-lines': 'one\r\ntwo', 'Content-Type': 'text/plain\r\nx: y' };
    const kept = await post(signed({ key: 'lines', ...lines }));
    assert.equal(kept.status, 204, kept.body);
    const { Metadata, ExpiresString, ContentType } = await read('lines');
    assert.deepEqual([Metadata?.lines, ExpiresString, ContentType], ['one  two', 'one  two', 'text/plain  x: y']);
  });

  it('without a signature are for buckets that let anyone write', async () => {
    assert.equal((await post({ key: 'open/a' })).status, 403);
    const Statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/open/*`,
    };
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
    assert.equal((await post({ key: 'open/a' })).status, 204);
    assert.equal((await post({ key: 'shut/a' })).status, 403);
  });

  it('leave nothing when they break off or are no forms', async () => {
    const { hostname, port } = new URL(server.url);
    const parts = Object.entries(signed({ key: 'broken' })).map(
      ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const file = '--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nsome of it';
    const send = async (body: string, length = body.length) => {
      const socket = connect(Number(port), hostname);
      const head = `POST /${Bucket} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n`;
      socket.write(
        `${head}Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: ${length}\r\n\r\n${body}`,
      );
      if (length > body.length) socket.end();
      return /<Code>(\w+)</.exec(await text(socket))?.[1];
    };
    assert.equal(await send(parts.join('') + file), 'MalformedPOSTRequest');
    assert.equal(await send(parts.join('')), 'MalformedPOSTRequest');
    assert.equal(await send(`${parts.join('')}--edge--\r\n`), 'InvalidArgument');
    assert.equal(await send('no form at all'), 'MalformedPOSTRequest');
    await send(parts.join('') + file, 100_000);
    await fails(read('broken'), 'NoSuchKey', 404);
  });

  it('signed as before Signature Version 4, which names no region, go to a bucket in any', async () => {
    const conditions = [{ bucket: Bucket }, { key: 'old' }];
    const document = { expiration: new Date(Date.now() + 60_000).toISOString(), conditions };
    const policy = Buffer.from(JSON.stringify(document)).toString('base64');
    const { accessKeyId, secretAccessKey } = server.credentials;
    const signature = createHmac('sha1', secretAccessKey).update(policy).digest('base64');
    const form = new FormData();
    for (const [field, value] of Object.entries({ key: 'old', AWSAccessKeyId: accessKeyId, policy, signature })) {
      form.set(field, value);
    }
    form.set('file', new Blob(['content']), 'a.txt');
    const sent = new Response(form);
    const headers = { host: `${Bucket}.s3.eu-west-1.amazonaws.com`, 'content-type': sent.headers.get('content-type')! };
    const request = httpRequest(server.url, { method: 'POST', headers });
    request.end(Buffer.from(await sent.arrayBuffer()));
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 204, await text(answer));
    assert.equal(await (await read('old')).Body?.transformToString(), 'content');
  });
});
