import { constants } from 'node:fs';
import { link, mkdir, open, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { WriteEntry } from 'tar';
import { parseS3Uri } from '../../objects/s3-uri.ts';
import { WorkloadFailure } from '../failure.ts';
import { realPathWithin } from '../files.ts';
import { hostsOf } from '../process/cluster.ts';
import type { InstanceFolder, WorkloadFolder } from '../process/folder.ts';
import { placeOf } from '../process/set-up.ts';
import type { Outcome, Workload, WorkloadOutput } from '../workload.ts';
import type { Access } from './access.ts';
import { CheckpointSync } from './continuous.ts';
import { eachOf } from './inputs.ts';
import { walk } from './walk.ts';

/** Two blocks of zeros; an archive of nothing consists of them alone. */
const END_OF_ARCHIVE = Buffer.alloc(1024);
const EMPTY_ARCHIVE = gzipSync(END_OF_ARCHIVE);
/** Models are mostly numbers that hardly compress: more effort costs time and gains nothing. */
const GZIP_LEVEL = 3;

type StoreOptions = Access & { readonly signal: AbortSignal };

/** Stores what a workload leaves behind, the files of all its hosts together. Throws WorkloadFailure. */
export async function storeOutputs(
  workload: Workload,
  folders: readonly InstanceFolder[],
  outcome: Outcome,
  options: StoreOptions,
): Promise<void> {
  for (const output of workload.outputs ?? []) {
    if (output.when !== 'EndOfJob' || (outcome.kind === 'failed' && !output.evenWhenFailed)) continue;
    options.signal.throwIfAborted();
    const places = await placesOf(folders, output.path);
    try {
      if (output.form === 'tar.gz') await storeArchive(output, places, folders, options);
      else for (const place of places) await storeFiles(output, place, options);
    } catch (error) {
      throw uploadFailure(output, error, options);
    }
  }
}

interface Place {
  readonly folder: InstanceFolder;
  /** The output's real folder; a program may have put a link in its place. */
  readonly path: string;
}

async function placesOf(folders: readonly InstanceFolder[], path: string): Promise<Place[]> {
  const places = await Promise.all(
    folders.map(async (folder) => ({ folder, path: await realPathWithin(folder.ml, placeOf(folder, path)) })),
  );
  return places.flatMap(({ folder, path: real }) => (real ? [{ folder, path: real }] : []));
}

async function storeArchive(
  output: WorkloadOutput,
  places: readonly Place[],
  folders: readonly InstanceFolder[],
  options: StoreOptions,
): Promise<void> {
  const merged = join(folders[0]?.stage ?? '', 'merged');
  const [only] = places;
  const source = places.length === 1 && only ? only.path : await merge(places, merged);
  try {
    const { bucket, key } = parseS3Uri(output.s3Uri);
    const paths: string[] = [];
    for await (const { path } of walk(source)) paths.push(path);
    if (!paths.length && output.skipEmpty) return;
    await options.require('s3:PutObject', bucket, key);
    await options.objects.put(bucket, key, archiveOf(source, paths), { contentType: 'application/x-tar' });
  } finally {
    await rm(merged, { recursive: true, force: true });
  }
}

/** A compressed archive with the given paths at its top, the same bytes for the same files. */
function archiveOf(folder: string, paths: readonly string[]): Readable | Buffer {
  if (!paths.length) return EMPTY_ARCHIVE;
  const entries = Readable.from(archiveEntries(folder, paths), { objectMode: false });
  // Node's own gzip works off the main thread; an error on the way reaches whoever reads the result.
  return pipeline(entries, createGzip({ level: GZIP_LEVEL }), () => {});
}

/** Entry by entry: the package's own packer stumbles over files with several names, which merging makes. */
async function* archiveEntries(folder: string, paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) {
    yield* new WriteEntry(path, { cwd: folder, portable: true }) as AsyncIterable<Buffer>;
  }
  yield END_OF_ARCHIVE;
}

/** The files of all hosts in one folder, without copying them. Where two have the same name, the first host's stays. */
async function merge(places: readonly Place[], merged: string): Promise<string> {
  await rm(merged, { recursive: true, force: true });
  await mkdir(merged, { recursive: true });
  const keepFirst = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  };
  for (const { path: source } of places) {
    for await (const { path, kind } of walk(source)) {
      const target = join(merged, path);
      if (kind === 'folder') await mkdir(target, { recursive: true }).catch(keepFirst);
      else if (kind === 'file') await link(join(source, path), target).catch(keepFirst);
      else await symlink(await readlink(join(source, path)), target).catch(keepFirst);
    }
  }
  return merged;
}

async function storeFiles(output: WorkloadOutput, place: Place, options: StoreOptions): Promise<void> {
  const paths: string[] = [];
  for await (const { path, kind } of walk(place.path)) if (kind !== 'folder') paths.push(path);
  await eachOf(paths, options.signal, (path) => storeFile(output, place, path, options));
}

/** Stores one file of an output. A link is followed only as far as the program itself could have. */
export async function storeFile(output: WorkloadOutput, place: Place, path: string, access: Access): Promise<void> {
  const real = await realPathWithin(place.folder.ml, join(place.path, path));
  if (!real) return;
  const { bucket, key: prefix } = parseS3Uri(output.s3Uri);
  const key = prefix && !prefix.endsWith('/') ? `${prefix}/${path}` : `${prefix}${path}`;
  await access.require('s3:PutObject', bucket, key);
  // Opened without following links: between the look and now a running program may have put one there.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) return;
    await access.objects.put(bucket, key, file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/** Follows the outputs that are stored while the program runs. */
export function syncCheckpoints(workload: Workload, folder: WorkloadFolder, access: Access): CheckpointSync {
  const outputs = (workload.outputs ?? []).filter((output) => output.when === 'Continuous');
  const folders = hostsOf(workload).map((host) => folder.instance(host));
  return new CheckpointSync(outputs, access, async (output) => placesOf(folders, output.path));
}

export type { Place };

function uploadFailure(output: WorkloadOutput, error: unknown, { roleArn }: Access): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof WorkloadFailure) {
    return new WorkloadFailure('output', `Failed to upload ${output.path} to ${output.s3Uri}. ${message}`);
  }
  if (code === 'ENOSPC' || code === 'EDQUOT' || (error as Error).name === 'AbortError') return error;
  const role = roleArn ? ` and that the role "${roleArn}" has "s3:PutObject" permissions on it` : '';
  return new WorkloadFailure(
    'output',
    `Failed to upload ${output.path} to ${output.s3Uri}. Please ensure that the bucket exists${role}. Error message from S3: ${message}`,
    { cause: error },
  );
}
