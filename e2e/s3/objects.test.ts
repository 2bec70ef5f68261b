import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { fails, type S3Server, startS3 } from './s3-server.ts';

const Bucket = 'objects';

describe('objects over S3', () => {
  let server: S3Server;
  let s3: S3Client;
  before(async () => {
    server = await startS3();
    s3 = server.client();
    await server.createBucket(Bucket);
  });
  after(() => server.close());

  const put = (Key: string, Body: PutObjectCommandInput['Body'], more: Partial<PutObjectCommandInput> = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return { ...answer, bytes: await buffer(answer.Body as Readable) };
  };

  it('come back with everything that was said about them', async () => {
    const Expires = new Date('2030-01-01T00:00:00Z');
    const said = {
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      ContentDisposition: 'attachment; filename="a.csv"',
      CacheControl: 'max-age=60',
      Metadata: { author: 'Ada', 'with-dash': '1' },
    };
    const { ETag, ChecksumCRC32 } = await put('a/b c+d&é😀?.csv', 'a,b', { ...said, Expires, Tagging: 'k=v&l=w' });
    const found = await get('a/b c+d&é😀?.csv', { ChecksumMode: 'ENABLED' });
    assert.equal(found.bytes.toString(), 'a,b');
    for (const [name, value] of Object.entries(said)) assert.deepEqual(found[name as 'ContentType'], value);
    assert.equal(found.ETag, ETag);
    assert.equal(found.ChecksumCRC32, ChecksumCRC32);
    assert.equal(found.ChecksumType, 'FULL_OBJECT');
    assert.equal(found.TagCount, 2);
    assert.equal(found.ExpiresString, Expires.toUTCString());
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/b c+d&é😀?.csv' }));
    assert.equal(head.ContentLength, 3);
    assert.equal(head.ContentType, 'text/csv');
  });

  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    it(`are checked by ${ChecksumAlgorithm}, whether it comes before the body or after it`, async () => {
      // The SDK brings its own CRC64NVME only as a separate package.
      if (ChecksumAlgorithm !== 'CRC64NVME') {
        const bytes = randomBytes(300_000);
        await put('checked', bytes, { ChecksumAlgorithm });
        const chunks = [bytes.subarray(0, 100_000), bytes.subarray(100_000)];
        await put('streamed', Readable.from(chunks), { ChecksumAlgorithm, ContentLength: bytes.length });
        const before = await get('checked', { ChecksumMode: 'ENABLED' });
        const trailing = await get('streamed', { ChecksumMode: 'ENABLED' });
        assert.ok(trailing.bytes.equals(bytes));
        assert.ok(before[`Checksum${ChecksumAlgorithm}`]);
        assert.equal(before[`Checksum${ChecksumAlgorithm}`], trailing[`Checksum${ChecksumAlgorithm}`]);
      }
      const zeros = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 }[ChecksumAlgorithm];
      const wrong = { [`Checksum${ChecksumAlgorithm}`]: Buffer.alloc(zeros).toString('base64') };
      await fails(put('wrong', 'content', wrong), 'BadDigest', 400);
      await fails(put('wrong', 'content', { [`Checksum${ChecksumAlgorithm}`]: 'AA==' }), 'InvalidRequest', 400);
    });
  }

  it('are checked by Content-MD5', async () => {
    const ContentMD5 = createHash('md5').update('content').digest('base64');
    await put('md5', 'content', { ContentMD5 });
    await fails(put('md5', 'other', { ContentMD5 }), 'BadDigest', 400);
    await fails(put('md5', 'other', { ContentMD5: 'AAAA' }), 'InvalidDigest', 400);
    assert.equal((await get('md5')).bytes.toString(), 'content');
  });

  it('are given in ranges', async () => {
    await put('digits', '0123456789');
    const range = async (Range: string) => {
      const { bytes, ContentRange, ContentLength, $metadata } = await get('digits', { Range });
      assert.equal(ContentLength, bytes.length);
      return [$metadata.httpStatusCode, bytes.toString(), ContentRange];
    };
    assert.deepEqual(await range('bytes=2-4'), [206, '234', 'bytes 2-4/10']);
    assert.deepEqual(await range('bytes=7-'), [206, '789', 'bytes 7-9/10']);
    assert.deepEqual(await range('bytes=-3'), [206, '789', 'bytes 7-9/10']);
    assert.deepEqual(await range('bytes=5-99'), [206, '56789', 'bytes 5-9/10']);
    assert.deepEqual(await range('bytes=0-1,4-5'), [200, '0123456789', undefined]);
    await fails(get('digits', { Range: 'bytes=10-' }), 'InvalidRange', 416);
    const part = await get('digits', { PartNumber: 1 });
    assert.deepEqual([part.$metadata.httpStatusCode, part.bytes.length], [206, 10]);
    await fails(get('digits', { PartNumber: 2 }), 'InvalidPartNumber', 416);
  });

  it('are given on conditions, ETags before dates', async () => {
    const { ETag } = await put('conditional', 'x');
    const [earlier, later] = [new Date(Date.now() - 86_400_000), new Date(Date.now() + 86_400_000)];
    await get('conditional', { IfMatch: ETag, IfUnmodifiedSince: earlier });
    await get('conditional', { IfNoneMatch: '"other"', IfModifiedSince: later });
    await fails(get('conditional', { IfMatch: '"other"' }), 'PreconditionFailed', 412);
    await fails(get('conditional', { IfUnmodifiedSince: earlier }), 'PreconditionFailed', 412);
    // An answer of 304 has no body to name the error.
    await fails(get('conditional', { IfNoneMatch: ETag }), 'Unknown', 304);
    await fails(get('conditional', { IfModifiedSince: later }), 'Unknown', 304);
  });

  it('are written on conditions', async () => {
    const { ETag } = await put('once', '1', { IfNoneMatch: '*' });
    await fails(put('once', '2', { IfNoneMatch: '*' }), 'PreconditionFailed', 412);
    await put('once', '3', { IfMatch: ETag });
    await fails(put('once', '4', { IfMatch: ETag }), 'PreconditionFailed', 412);
    assert.equal((await get('once')).bytes.toString(), '3');
  });

  it('let the reader choose the headers', async () => {
    await put('override', 'x', { ContentType: 'text/plain' });
    const { ContentType, ContentDisposition } = await get('override', {
      ResponseContentType: 'application/json',
      ResponseContentDisposition: 'attachment',
    });
    assert.deepEqual([ContentType, ContentDisposition], ['application/json', 'attachment']);
  });

  it('are copied with or without their metadata and tags, and to themselves only to change something', async () => {
    const bytes = randomBytes(200_000);
    await put('source é/1', bytes, { Metadata: { a: '1' }, Tagging: 't=1', ContentType: 'x/y' });
    const copy = (Key: string, more = {}) =>
      s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: encodeURI(`${Bucket}/source é/1`), ...more }));
    const { CopyObjectResult } = await copy('copy');
    const same = await get('copy');
    assert.ok(same.bytes.equals(bytes));
    assert.deepEqual([same.Metadata, same.ContentType, same.TagCount], [{ a: '1' }, 'x/y', 1]);
    assert.equal(CopyObjectResult?.ETag, same.ETag);
    await copy('copy', { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, TaggingDirective: 'REPLACE' });
    const other = await get('copy');
    assert.deepEqual(
      [other.Metadata, other.ContentType, other.TagCount],
      [{ b: '2' }, 'binary/octet-stream', undefined],
    );
    await fails(copy('source é/1'), 'InvalidRequest', 400);
    await copy('source é/1', { MetadataDirective: 'REPLACE', Metadata: { c: '3' } });
    assert.ok((await get('source é/1')).bytes.equals(bytes));
    await fails(copy('copy', { CopySourceIfMatch: '"other"' }), 'PreconditionFailed', 412);
    await fails(copy('copy', { CopySource: `${Bucket}/nothing` }), 'NoSuchKey', 404);
  });

  it('tell their attributes', async () => {
    await put('attributes', 'abc');
    const { ETag, ObjectSize, Checksum, StorageClass } = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'attributes',
        ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum', 'StorageClass'],
      }),
    );
    assert.deepEqual([ETag, ObjectSize, StorageClass], ['900150983cd24fb0d6963f7d28e17f72', 3, 'STANDARD']);
    assert.equal(Checksum?.ChecksumCRC32, 'NSRBwg==');
  });

  it('are deleted many at once', async () => {
    for (const key of ['d1', 'd2']) await put(key, 'x');
    const wanted = [{ Key: 'd1' }, { Key: 'd2', ETag: '"other"' }, { Key: 'never there' }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: wanted } }));
    assert.deepEqual(
      Deleted?.map(({ Key }) => Key),
      ['d1', 'never there'],
    );
    assert.deepEqual(
      Errors?.map(({ Key, Code }) => [Key, Code]),
      [['d2', 'PreconditionFailed']],
    );
    const quiet = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'd2' }], Quiet: true } }),
    );
    assert.equal(quiet.Deleted, undefined);
    await fails(get('d2'), 'NoSuchKey', 404);
  });

  it('go by presigned URLs and by virtual host', async () => {
    const address = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'presigned' }), { expiresIn: 60 });
    assert.equal((await fetch(address, { method: 'PUT', body: 'by URL' })).status, 200);
    const readable = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'presigned' }), { expiresIn: 60 });
    assert.equal(await (await fetch(readable)).text(), 'by URL');
    // Not every system resolves names below localhost by itself.
    const lookup: LookupFunction = (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]);
    const hosted = server.client({
      endpoint: `http://localhost:${new URL(server.url).port}`,
      forcePathStyle: false,
      requestHandler: { httpAgent: new Agent({ lookup }) },
    });
    const { Body } = await hosted.send(new GetObjectCommand({ Bucket, Key: 'presigned' }));
    assert.equal(await Body!.transformToString(), 'by URL');
  });

  it('keep what was there when an upload breaks off', async () => {
    await put('broken', 'old');
    const half = Readable.from([randomBytes(400_000)]);
    await assert.rejects(put('broken', half, { ContentLength: 800_000 }));
    assert.equal((await get('broken')).bytes.toString(), 'old');
  });

  it('refuse what is not kept here rather than pretend', async () => {
    const key = randomBytes(32).toString('base64');
    await fails(put('sse', 'x', { SSECustomerAlgorithm: 'AES256', SSECustomerKey: key }), 'NotImplemented', 501);
    await fails(put('acl', 'x', { ACL: 'public-read' }), 'AccessControlListNotSupported', 400);
    await put('acl', 'x', { ACL: 'bucket-owner-full-control' });
    await fails(put('lock', 'x', { ObjectLockLegalHoldStatus: 'ON' }), 'InvalidRequest', 400);
    await fails(put('meta', 'x', { Metadata: { big: 'x'.repeat(2048) } }), 'MetadataTooLarge', 400);
  });
});
