import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { fails, type S3Server, startS3 } from './s3-server.ts';
import { type RawRequest, sendSigned } from './signed-request.ts';

const Bucket = 'digests';

const md5Of = (body: string) => createHash('md5').update(body).digest('base64');
const crc32Of = (body: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
};

describe('digests of requests to S3', () => {
  let server: S3Server;
  let s3: S3Client;
  before(async () => {
    server = await startS3();
    s3 = server.client();
    await server.createBucket(Bucket);
  });
  after(() => server.close());

  /** The error's code, or nothing. */
  const codeOf = async (raw: RawRequest) => /<Code>(\w+)</.exec((await sendSigned(server, raw)).body)?.[1];

  it('are held against lists of keys and other documents', async () => {
    const body = '<Delete><Object><Key>precious</Key></Object></Delete>';
    const remove = (headers: Record<string, string>) =>
      codeOf({ method: 'POST', path: `/${Bucket}`, query: { delete: '' }, headers, body });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'precious', Body: 'content' }));
    assert.equal(await remove({ 'content-md5': md5Of('other') }), 'BadDigest');
    assert.equal(await remove({ 'content-md5': 'short' }), 'InvalidDigest');
    assert.equal(await remove({ 'x-amz-checksum-crc32': crc32Of('other') }), 'BadDigest');
    assert.equal(await remove({}), 'InvalidRequest');
    await s3.send(new HeadObjectCommand({ Bucket, Key: 'precious' }));
    assert.equal(await remove({ 'content-md5': md5Of(body) }), undefined);
    await fails(s3.send(new HeadObjectCommand({ Bucket, Key: 'precious' })), 'NotFound', 404);
    const versioning = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    const headers = { 'content-md5': md5Of(body) };
    const raw = { method: 'PUT', path: `/${Bucket}`, query: { versioning: '' }, headers, body: versioning };
    assert.equal(await codeOf(raw), 'BadDigest');
  });

  it('that are promised for after a body have to come, and to fit', async () => {
    const upload = (trailer: string) =>
      codeOf({
        method: 'PUT',
        path: `/${Bucket}/trailing`,
        headers: { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': '5' },
        body: `5\r\nhello\r\n0\r\n${trailer}\r\n`,
        payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      });
    assert.equal(await upload(''), 'MalformedTrailerError');
    assert.equal(await upload('x-amz-checksum-sha1:abc\r\n'), 'MalformedTrailerError');
    assert.equal(await upload('x-amz-checksum-crc32:abc\r\n'), 'InvalidRequest');
    assert.equal(await upload(`x-amz-checksum-crc32:${crc32Of('other')}\r\n`), 'BadDigest');
    await fails(s3.send(new HeadObjectCommand({ Bucket, Key: 'trailing' })), 'NotFound', 404);
    assert.equal(await upload(`x-amz-checksum-crc32:${crc32Of('hello')}\r\n`), undefined);
  });

  it('of parts and of the whole are those that an upload was started with', async () => {
    const place = { Bucket, Key: 'parts' };
    const start = new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'SHA256' });
    const { UploadId } = await s3.send(start);
    const part = { ...place, UploadId, PartNumber: 1, Body: 'hello' };
    await fails(s3.send(new UploadPartCommand({ ...part, ChecksumAlgorithm: 'SHA1' })), 'InvalidRequest', 400);
    const { ETag } = await s3.send(new UploadPartCommand({ ...part, ChecksumAlgorithm: 'SHA256' }));
    const whole = { ...place, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    const complete = (more: object) => s3.send(new CompleteMultipartUploadCommand({ ...whole, ...more }));
    await fails(complete({ ChecksumCRC32: crc32Of('hello') }), 'InvalidRequest', 400);
    await fails(complete({ ChecksumType: 'FULL_OBJECT' }), 'InvalidRequest', 400);
    await fails(complete({ ChecksumSHA256: `${createHash('sha256').digest('base64')}-1` }), 'BadDigest', 400);
    await complete({ ChecksumType: 'COMPOSITE' });
  });
});
