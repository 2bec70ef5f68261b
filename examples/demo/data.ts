import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { create } from 'tar';
import type { Clients } from './clients.ts';

const run = promisify(execFile);

/** Rows with their labels, which are the first column. */
export interface Labelled {
  readonly labels: number[];
  readonly rows: number[][];
}

/** Has Python write the data sets that come with scikit-learn below `folder`. */
export const writeDataSets = (environment: string, folder: string) =>
  run(join(environment, 'bin', 'python'), [join(import.meta.dirname, 'data.py'), folder]);

export function readCsv(file: string): Labelled {
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split(',').map(Number));
  return { labels: rows.map(([label = 0]) => label), rows: rows.map((row) => row.slice(1)) };
}

/** The account's default bucket, as the SageMaker Python SDK names it. */
export async function ensureBucket({ s3, bucket, region }: Clients): Promise<void> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch {
    const elsewhere =
      region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
    await s3.send(new CreateBucketCommand({ Bucket: bucket, ...elsewhere }));
  }
}

/** Uploads bytes and gives their S3 URI. */
export async function upload({ s3, bucket }: Clients, Key: string, Body: Buffer): Promise<string> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  return `s3://${bucket}/${Key}`;
}

export const uploadFile = (clients: Clients, key: string, file: string) => upload(clients, key, readFileSync(file));

/** A folder of source code as the `.tar.gz` that script mode takes. */
export async function packSources(folder: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of create({ gzip: true, cwd: folder, portable: true }, ['.'])) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
