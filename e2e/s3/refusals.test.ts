import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { fails, type S3Server, startS3 } from './s3-server.ts';

const Bucket = 'refusals';
const Key = 'k';

describe('refusals of S3', () => {
  let server: S3Server;
  let s3: S3Client;
  before(async () => {
    server = await startS3();
    s3 = server.client();
    await server.createBucket(Bucket);
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  });
  after(() => server.close());

  /** The answer with its headers, which the SDK keeps for itself. */
  const read = async (more: Partial<GetObjectCommandInput>, headers: Record<string, string> = {}) =>
    fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key, ...more })), { headers });

  it('of reads tell of the object that is not sent again', async () => {
    const { ETag, VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'content' }));
    const unchanged = await read({}, { 'if-none-match': ETag! });
    assert.equal(unchanged.status, 304);
    assert.equal(unchanged.headers.get('etag'), ETag);
    assert.equal(unchanged.headers.get('x-amz-version-id'), VersionId);
    assert.ok(unchanged.headers.get('last-modified'));
    for (const name of ['content-type', 'content-length']) assert.equal(unchanged.headers.get(name), null);
    const unsatisfiable = await read({}, { range: 'bytes=7-' });
    assert.equal(unsatisfiable.status, 416);
    assert.equal(unsatisfiable.headers.get('content-type'), 'application/xml');
    assert.match(await unsatisfiable.text(), /<Code>InvalidRange<\/Code>.*<ActualObjectSize>7</);
  });

  it('of reads say that a delete marker is in the way, and which', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'content' }));
    const { VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const deleted = await read({});
    assert.equal(deleted.status, 404);
    assert.equal(deleted.headers.get('x-amz-delete-marker'), 'true');
    assert.equal(deleted.headers.get('x-amz-version-id'), VersionId);
    const marker = await read({ VersionId });
    assert.equal(marker.status, 405);
    assert.equal(marker.headers.get('x-amz-delete-marker'), 'true');
    assert.equal(marker.headers.get('allow'), 'DELETE');
    assert.ok(marker.headers.get('last-modified'));
  });

  it('are of writes, too, that name what S3 does not have', async () => {
    const put = (more: object) => s3.send(new PutObjectCommand({ Bucket, Key: 'placed', Body: 'x', ...more }));
    await fails(put({ StorageClass: 'CHEAPEST' }), 'InvalidStorageClass', 400);
    await fails(put({ ServerSideEncryption: 'rot13' }), 'InvalidArgument', 400);
    await fails(put({ ServerSideEncryption: 'AES256', SSEKMSKeyId: 'key' }), 'InvalidArgument', 400);
    await put({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key', StorageClass: 'DEEP_ARCHIVE' });
  });

  it('are of what would otherwise do more than was asked for', async () => {
    const place = { Bucket, Key: 'kept' };
    await s3.send(new PutObjectCommand({ ...place, Body: 'first' }));
    await fails(s3.send(new PutObjectCommand({ ...place, Body: '+', WriteOffsetBytes: 5 })), 'NotImplemented', 501);
    await fails(s3.send(new DeleteObjectCommand({ ...place, IfMatchSize: 1 })), 'NotImplemented', 501);
    const Objects = [{ Key: 'kept', Size: 1 }];
    const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.equal(Errors?.[0]?.Code, 'NotImplemented');
    assert.equal((await s3.send(new GetObjectCommand(place))).ContentLength, 5);
    const CopySource = encodeURIComponent(`/${Bucket}/kept`);
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource }));
  });
});
