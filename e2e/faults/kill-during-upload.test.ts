import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startWildsage, type Wildsage } from '../server.ts';

const Bucket = 'uploads';
const Key = 'large/object';
const PART_BYTES = 5 << 20;

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('kill -9 of the control plane during uploads', () => {
  let home: string;
  let server: Wildsage;
  let s3: S3Client;
  const connect = () => new S3Client({ ...server.connection, forcePathStyle: true, maxAttempts: 1 });

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-upload-'));
    server = await startWildsage({ home });
    s3 = connect();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  after(async () => {
    await server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** What is being received has a marker there until it is acknowledged. */
  const receiving = () => readdirSync(join(home, 'objects', 'incoming')).length;

  /** Kills the server while it receives at least so many of the requests; says which of them were acknowledged. */
  const killDuring = async (requests: readonly Promise<unknown>[], atLeast: number) => {
    const settled = Promise.allSettled(requests);
    let areSettled = false;
    settled.then(() => {
      areSettled = true;
    });
    while (receiving() < atLeast && !areSettled) await setImmediate();
    await server.kill();
    const acknowledged = (await settled).map(({ status }) => status === 'fulfilled');
    server = await startWildsage({ home });
    s3 = connect();
    return acknowledged;
  };

  it('keeps every acknowledged part, none by half, and the upload can be completed', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const parts = Array.from({ length: 6 }, () => randomBytes(PART_BYTES));
    const upload = (index: number) =>
      s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1, Body: parts[index] }));
    const tags = new Map<number, string>();
    for (const index of [0, 1]) tags.set(index + 1, (await upload(index)).ETag!);
    const acknowledged = await killDuring([upload(2), upload(3), upload(4)], 2);

    const { Parts = [] } = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    for (const { PartNumber, ETag, Size } of Parts) {
      assert.equal(Size, PART_BYTES);
      tags.set(PartNumber!, ETag!);
    }
    for (const [index, kept] of [true, true, ...acknowledged].entries()) if (kept) assert.ok(tags.has(index + 1));
    for (const index of parts.keys()) {
      if (!tags.has(index + 1)) tags.set(index + 1, (await upload(index)).ETag!);
    }
    await s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts: parts.map((_, index) => ({ PartNumber: index + 1, ETag: tags.get(index + 1) })) },
      }),
    );
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(digest(await Body!.transformToByteArray()), digest(Buffer.concat(parts)));
  });

  it('shows an object whole or not at all', async () => {
    const bodies = Array.from({ length: 8 }, () => randomBytes(4 << 20));
    const puts = bodies.map((Body, index) => s3.send(new PutObjectCommand({ Bucket, Key: `whole/${index}`, Body })));
    const acknowledged = await killDuring(puts, 4);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'whole/' }));
    const there = new Set(Contents.map(({ Key }) => Key));
    for (const [index, body] of bodies.entries()) {
      if (acknowledged[index]) assert.ok(there.has(`whole/${index}`));
      if (!there.has(`whole/${index}`)) continue;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `whole/${index}` }));
      assert.equal(digest(await Body!.transformToByteArray()), digest(body));
    }
  });
});
