import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type S3Server, startS3 } from './s3-server.ts';

const Bucket = 'presigned';

describe('presigned URLs of S3', () => {
  let server: S3Server;
  let s3: S3Client;
  before(async () => {
    server = await startS3();
    s3 = server.client();
    await server.createBucket(Bucket);
  });
  after(() => server.close());

  const upload = async (input: Omit<PutObjectCommandInput, 'Bucket'>, init: RequestInit = {}) =>
    fetch(await getSignedUrl(s3, new PutObjectCommand({ Bucket, ...input })), { method: 'PUT', body: 'sent', ...init });

  it('carry what was said of the object when they were signed', async () => {
    const said = { Metadata: { author: 'Ada', place: 'Zürich' }, StorageClass: 'STANDARD_IA' as const };
    const answer = await upload({ Key: 'said', ...said, Tagging: 'a=b' });
    assert.equal(answer.status, 200, await answer.text());
    const { StorageClass, Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'said' }));
    assert.equal(StorageClass, 'STANDARD_IA');
    assert.equal(Metadata?.author, 'Ada');
    assert.equal(Buffer.from(Metadata?.place ?? '', 'latin1').toString(), 'Zürich');
    // S3 takes tags from a header only.
    assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'said' }))).TagSet, []);
  });

  it('hold for the owner of the bucket that the signer expected', async () => {
    const answer = await upload({ Key: 'owned', ExpectedBucketOwner: '999999999999' });
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /<Code>AccessDenied</);
  });

  it('cannot be added to', async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'added' }));
    const more = await fetch(`${url}&x-amz-meta-a=b`, { method: 'PUT', body: 'sent' });
    assert.equal(more.status, 403);
    assert.match(await more.text(), /<Code>SignatureDoesNotMatch</);
    const header = await fetch(url, { method: 'PUT', body: 'sent', headers: { 'x-amz-meta-a': 'b' } });
    assert.match(await header.text(), /<Code>AccessDenied<.*<HeadersNotSigned>x-amz-meta-a</);
  });

  it('give objects that were sent with an empty type the type of all bytes', async () => {
    await upload({ Key: 'untyped' }, { body: new Uint8Array([1]), headers: { 'content-type': '' } });
    const answer = await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'untyped' })));
    assert.equal(answer.headers.get('content-type'), 'binary/octet-stream');
  });
});
