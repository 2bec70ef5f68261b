import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  paginateListObjectsV2,
  paginateListParts,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { fails, type S3Server, startS3 } from './s3-server.ts';

const MIB = 1024 * 1024;

describe('listings, versions and uploads in parts over S3', () => {
  let server: S3Server;
  let s3: S3Client;
  before(async () => {
    server = await startS3();
    s3 = server.client();
  });
  after(() => server.close());

  const create = (Bucket: string) =>
    s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  const put = (Bucket: string, Key: string, Body = 'x') => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

  it('list keys and common prefixes, page by page, in both versions of the operation', async () => {
    const Bucket = 'listing';
    await create(Bucket);
    for (const key of ['a', 'b/1', 'b/2', 'c d', 'e/1', 'ü&<>']) await put(Bucket, key);
    const list = async (more: Partial<ListObjectsV2CommandInput>) => {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, ...more }));
      return {
        ...page,
        keys: page.Contents?.map(({ Key }) => Key),
        prefixes: page.CommonPrefixes?.map(({ Prefix }) => Prefix),
      };
    };
    const first = await list({ Delimiter: '/', MaxKeys: 2 });
    assert.deepEqual([first.keys, first.prefixes, first.KeyCount, first.IsTruncated], [['a'], ['b/'], 2, true]);
    const second = await list({ Delimiter: '/', ContinuationToken: first.NextContinuationToken });
    assert.deepEqual([second.keys, second.prefixes, second.IsTruncated], [['c d', 'ü&<>'], ['e/'], false]);
    assert.deepEqual((await list({ EncodingType: 'url', StartAfter: 'b/2' })).keys, [
      'c%20d',
      'e/1',
      '%C3%BC%26%3C%3E',
    ]);
    assert.deepEqual((await list({ Prefix: 'b/', FetchOwner: true })).keys, ['b/1', 'b/2']);
    assert.deepEqual((await list({ MaxKeys: 0 })).IsTruncated, false);
    await fails(list({ ContinuationToken: 'made up' }), 'InvalidArgument', 400);
    await fails(list({ MaxKeys: -1 }), 'InvalidArgument', 400);

    const all: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 1 }, { Bucket })) {
      all.push(...(page.Contents ?? []).map(({ Key }) => Key));
    }
    assert.deepEqual(all, ['a', 'b/1', 'b/2', 'c d', 'e/1', 'ü&<>']);

    const old = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    assert.deepEqual([old.NextMarker, old.Contents?.[0]?.Owner?.ID?.length], ['b/', 64]);
    const rest = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: old.NextMarker }));
    assert.deepEqual(
      rest.Contents?.map(({ Key }) => Key),
      ['c d', 'ü&<>'],
    );
  });

  it('keep versions, each with its own content and tags', async () => {
    const Bucket = 'versioned';
    await create(Bucket);
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId: first } = await put(Bucket, 'k', 'one');
    const { VersionId: second } = await put(Bucket, 'k', 'two');
    const TagSet = [{ Key: 'a', Value: 'b' }];
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', VersionId: first, Tagging: { TagSet } }));
    assert.deepEqual(
      (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k', VersionId: first }))).TagSet,
      TagSet,
    );
    assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet, []);
    const { VersionId: marker, DeleteMarker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    assert.equal(DeleteMarker, true);
    const get = (VersionId?: string) => s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId }));
    await fails(get(), 'NoSuchKey', 404);
    await fails(get(marker), 'MethodNotAllowed', 405);
    assert.equal(await (await get(first)).Body!.transformToString(), 'one');
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    assert.deepEqual(
      Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [
        [second, false],
        [first, false],
      ],
    );
    assert.deepEqual(
      DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [[marker, true]],
    );
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    const last = await s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
    assert.deepEqual(
      last.Versions?.map(({ VersionId }) => VersionId),
      [first],
    );
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker }));
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).VersionId, second);
  });

  it('take uploads in parts, checked part by part and as a whole', async () => {
    const Bucket = 'parts';
    await create(Bucket);
    const bytes = randomBytes(11 * MIB);
    const upload = new Upload({
      client: s3,
      params: { Bucket, Key: 'big', Body: Readable.from([bytes]), ContentType: 'x/y' },
    });
    const { ETag } = await upload.done();
    const found = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', ChecksumMode: 'ENABLED' }));
    assert.ok((await buffer(found.Body as Readable)).equals(bytes));
    assert.deepEqual([found.ETag, found.ContentType], [ETag, 'x/y']);
    assert.match(found.ETag ?? '', /-3"$/);
    const part = await s3.send(new HeadObjectCommand({ Bucket, Key: 'big', PartNumber: 3 }));
    assert.deepEqual([part.ContentLength, part.PartsCount, part.$metadata.httpStatusCode], [MIB, 3, 206]);
    const attributes = (MaxParts: number, PartNumberMarker?: string) =>
      s3.send(
        new GetObjectAttributesCommand({
          Bucket,
          Key: 'big',
          ObjectAttributes: ['ObjectParts'],
          MaxParts,
          PartNumberMarker,
        }),
      );
    await fails(attributes(-2), 'InvalidArgument', 400);
    await fails(attributes(2, 'second'), 'InvalidArgument', 400);
    const { ObjectParts } = await attributes(2);
    assert.deepEqual([ObjectParts?.TotalPartsCount, ObjectParts?.IsTruncated], [3, true]);
    assert.deepEqual(
      ObjectParts?.Parts?.map(({ Size }) => Size),
      [5 * MIB, 5 * MIB],
    );
  });

  it('copy parts, list them, and forget what is aborted', async () => {
    const Bucket = 'steps';
    await create(Bucket);
    await put(Bucket, 'source', '0123456789');
    const Key = 'made of parts';
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
    );
    const target = { Bucket, Key, UploadId };
    const CopySource = `${Bucket}/source`;
    await s3.send(new UploadPartCommand({ ...target, PartNumber: 2, Body: 'never used' }));
    const copied = await s3.send(
      new UploadPartCopyCommand({ ...target, PartNumber: 1, CopySource, CopySourceRange: 'bytes=2-5' }),
    );
    await fails(
      s3.send(new UploadPartCopyCommand({ ...target, PartNumber: 1, CopySource, CopySourceRange: 'bytes=5-20' })),
      'InvalidRequest',
      400,
    );
    await fails(s3.send(new UploadPartCommand({ ...target, PartNumber: 10_001, Body: '' })), 'InvalidArgument', 400);
    const numbers: (number | undefined)[] = [];
    for await (const page of paginateListParts({ client: s3, pageSize: 1 }, target)) {
      numbers.push(...(page.Parts ?? []).map(({ PartNumber }) => PartNumber));
    }
    assert.deepEqual(numbers, [1, 2]);
    const open = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    assert.deepEqual(
      open.Uploads?.map((each) => [each.Key, each.UploadId]),
      [[Key, UploadId]],
    );

    const complete = (Parts: { PartNumber: number; ETag?: string }[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
    await fails(complete([]), 'MalformedXML', 400);
    await fails(complete([{ PartNumber: 1, ETag: '"0"' }]), 'InvalidPart', 400);
    const done = await complete([{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
    assert.equal(done.Location, `${server.url}/${Bucket}/made%20of%20parts`);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    const whole = await s3.send(new PutObjectCommand({ Bucket, Key: 'whole', Body: '2345' }));
    assert.deepEqual([head.ChecksumCRC32, head.ChecksumType], [whole.ChecksumCRC32, 'FULL_OBJECT']);

    const other = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
    await fails(s3.send(new ListPartsCommand({ Bucket, Key, UploadId: other.UploadId })), 'NoSuchUpload', 404);
  });
});
