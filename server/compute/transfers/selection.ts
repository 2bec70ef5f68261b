import { buffer } from 'node:stream/consumers';
import { parseS3Uri } from '../../objects/s3-uri.ts';
import { WorkloadFailure } from '../failure.ts';
import type { WorkloadInput } from '../workload.ts';
import type { Access } from './access.ts';

/** An object, and where it goes below the input's own path. */
export interface SelectedObject {
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  readonly size: number;
}

const MANIFEST_LIMIT = 256 * 1024 * 1024;

/** The objects of an input, in key order. Throws WorkloadFailure in SageMaker's words when there are none. */
export async function selectObjects(input: WorkloadInput, access: Access): Promise<SelectedObject[]> {
  switch (input.source) {
    case 'S3Prefix':
      return selectPrefix(input.s3Uri, access);
    case 'S3Object':
      return [await selectObject(input.s3Uri, access)];
    case 'ManifestFile':
      return selectManifest(input.s3Uri, access);
    case 'AugmentedManifestFile':
      throw new WorkloadFailure(
        'input',
        `Augmented manifest files need Pipe mode, and ${input.path} has ${input.mode} mode.`,
      );
  }
}

async function selectPrefix(s3Uri: string, access: Access): Promise<SelectedObject[]> {
  const { bucket, key: prefix } = locate(s3Uri);
  await access.require('s3:ListBucket', bucket, prefix).catch((error: Error) => {
    throw nothingFound(s3Uri, access, error.message);
  });
  if (!(await access.objects.bucket(bucket))) throw nothingFound(s3Uri, access, 'The specified bucket does not exist');
  const selected: SelectedObject[] = [];
  for await (const { key, size } of access.objects.list(bucket, prefix)) {
    // Consoles make such empty objects to show a folder.
    if (key.endsWith('/')) continue;
    selected.push({ bucket, key, size, path: pathBelowPrefix(prefix, key) });
  }
  if (!selected.length) throw nothingFound(s3Uri, access);
  return selected;
}

/**
 * Where an object of a prefix goes: below a prefix that is a folder, with or without its slash, the rest of the key.
 * A prefix that ends within a name is cut back to the last slash, so that names stay whole.
 */
export function pathBelowPrefix(prefix: string, key: string): string {
  const isFolder = prefix.endsWith('/') || key[prefix.length] === '/';
  const start = isFolder && key !== prefix ? prefix.length : prefix.lastIndexOf('/') + 1;
  return key.slice(start).replace(/^\/+/, '');
}

async function selectObject(s3Uri: string, access: Access): Promise<SelectedObject> {
  const { bucket, key } = locate(s3Uri);
  const found = (await access.objects.bucket(bucket)) && (await access.objects.head(bucket, key));
  if (!found) {
    throw new WorkloadFailure('input', `Could not find ${access.roleArn ? 'or access ' : ''}the object ${s3Uri}.`);
  }
  return { bucket, key, size: found.size, path: key.slice(key.lastIndexOf('/') + 1) };
}

async function selectManifest(s3Uri: string, access: Access): Promise<SelectedObject[]> {
  const { prefix, paths } = parseManifest(await readObject(s3Uri, access), s3Uri);
  const { bucket, key: base } = locate(prefix);
  const selected: SelectedObject[] = [];
  for (const path of paths) {
    const key = base + path;
    const info = await access.objects.head(bucket, key).catch(() => undefined);
    if (!info)
      throw new WorkloadFailure('input', `The manifest ${s3Uri} names s3://${bucket}/${key}, which does not exist.`);
    selected.push({ bucket, key, size: info.size, path });
  }
  return selected;
}

/** `[{"prefix": "s3://…"}, "path", …]` */
export function parseManifest(text: string, s3Uri: string): { prefix: string; paths: string[] } {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    entries = undefined;
  }
  const [first, ...paths] = Array.isArray(entries) ? entries : [];
  if (typeof first?.prefix !== 'string' || !paths.every((path) => typeof path === 'string')) {
    throw new WorkloadFailure(
      'input',
      `The manifest ${s3Uri} must be a JSON array: first {"prefix": "s3://bucket/prefix/"}, then the names of objects below it.`,
    );
  }
  return { prefix: first.prefix, paths };
}

/** The part of the objects that one of several hosts gets. */
export const shardOf = <T>(objects: readonly T[], host: number, hosts: number): T[] =>
  objects.filter((_, index) => index % hosts === host);

/** An object's text, for manifests. */
export async function readObject(s3Uri: string, access: Access): Promise<string> {
  const { bucket, key } = locate(s3Uri);
  const { size } = await selectObject(s3Uri, access);
  if (size > MANIFEST_LIMIT) throw new WorkloadFailure('input', `The manifest ${s3Uri} is larger than 256 MiB.`);
  await requireRead(access, bucket, key);
  const { body } = await access.objects.get(bucket, key);
  return (await buffer(body)).toString('utf8');
}

export async function requireRead(access: Access, bucket: string, key: string): Promise<void> {
  await access.require('s3:GetObject', bucket, key).catch((error: Error) => {
    throw new WorkloadFailure(
      'input',
      `Failed to download s3://${bucket}/${key}. Please ensure that the role "${access.roleArn}" has "s3:GetObject" permissions on it. Error message from S3: ${error.message}`,
    );
  });
}

function locate(s3Uri: string) {
  try {
    return parseS3Uri(s3Uri);
  } catch (error) {
    throw new WorkloadFailure('input', (error as Error).message);
  }
}

function nothingFound(s3Uri: string, { region, roleArn }: Access, reason?: string): WorkloadFailure {
  const { bucket } = locate(s3Uri);
  const role = roleArn ? `, and that the role "${roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}"` : '';
  return new WorkloadFailure(
    'input',
    `No S3 objects found under S3 URL "${s3Uri}" given in input data source. Please ensure that the bucket exists in the selected region (${region}), that objects exist under that S3 prefix${role}.${reason ? ` Error message from S3: ${reason}` : ''}`,
  );
}
