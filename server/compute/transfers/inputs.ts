import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { WorkloadFailure } from '../failure.ts';
import { joinWithin } from '../files.ts';
import { instancesOf, isFor } from '../process/cluster.ts';
import type { InstanceFolder } from '../process/folder.ts';
import { placeOf } from '../process/set-up.ts';
import type { Workload, WorkloadInput, WorkloadOutput } from '../workload.ts';
import type { Access } from './access.ts';
import { requireRead, type SelectedObject, selectObjects, shardOf } from './selection.ts';
import { prepareStream } from './stream.ts';
import { unpackArchive } from './unpack.ts';

const AT_ONCE = 8;
/** Below this a channel is copied and may be written to; above, its files are shared with object storage. */
const COPY_UP_TO_BYTES = 64 * 1024 * 1024;

export interface FetchOptions extends Access {
  /** Whether files may be hard links, because a sandbox keeps the program from writing to them. */
  readonly link: boolean;
  readonly python: string;
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface FetchedInputs {
  /** For each host, paths below /opt/ml that its program must not write to. */
  readonly readOnly: readonly (readonly string[])[];
  /** For each host, the commands that feed its FIFOs. */
  readonly feeders: readonly (readonly (readonly string[])[])[];
}

/** Puts every input where each host's program looks for it. Throws WorkloadFailure when one is not to be had. */
export async function fetchInputs(
  workload: Workload,
  folders: readonly InstanceFolder[],
  options: FetchOptions,
): Promise<FetchedInputs> {
  const readOnly: string[][] = folders.map(() => []);
  const feeders: string[][][] = folders.map(() => []);
  const instances = instancesOf(workload);
  for (const input of workload.inputs ?? []) {
    const receivers = [...folders.keys()].filter((host) => isFor(input, instances[host]!));
    const theirs = receivers.map((host) => folders[host]!);
    options.onProgress(`Downloading ${input.s3Uri}`);
    if (input.mode === 'Pipe') {
      const commands = await prepareStream(input, theirs, options);
      for (const [index, command] of commands.entries()) feeders[receivers[index]!]!.push(command);
    } else if (await fetchFiles(input, theirs, options)) {
      for (const host of receivers) readOnly[host]!.push(input.path);
    }
  }
  for (const output of workload.outputs ?? []) if (output.restore) await restore(output, folders, options);
  return { readOnly, feeders };
}

/** True when the files are shared with object storage. */
async function fetchFiles(
  input: WorkloadInput,
  folders: readonly InstanceFolder[],
  options: FetchOptions,
): Promise<boolean> {
  const objects = await selectObjects(input, options);
  const size = objects.reduce((sum, object) => sum + object.size, 0);
  const link = options.link && !input.unpack && input.compression !== 'Gzip' && size > COPY_UP_TO_BYTES;
  for (const [host, folder] of folders.entries()) {
    const place = placeOf(folder, input.path);
    await mkdir(place, { recursive: true });
    const part = input.distribution === 'ShardedByS3Key' ? shardOf(objects, host, folders.length) : objects;
    await eachOf(part, options.signal, async (object) => {
      await requireRead(options, object.bucket, object.key);
      if (input.unpack) await fetchArchive(object, folder, place, options);
      else await fetchFile(object, place, { ...options, link, gunzip: input.compression === 'Gzip' });
    });
  }
  return link;
}

type FileOptions = Access & { link: boolean; gunzip: boolean };

/** Fetches one object to its place below a folder. */
export async function fetchFile(object: SelectedObject, folder: string, options: FileOptions): Promise<void> {
  const { bucket, key, path } = object;
  const place = joinWithin(folder, path);
  if (!place)
    throw new WorkloadFailure('input', `s3://${bucket}/${key} cannot be a file: its name leads out of its folder.`);
  try {
    await mkdir(dirname(place), { recursive: true });
    if (!options.gunzip) {
      await options.objects.materialize(bucket, key, place, { link: options.link });
      return;
    }
    const { body } = await options.objects.get(bucket, key);
    await pipeline(body, createGunzip(), createWriteStream(place.replace(/\.gz$/, '')));
  } catch (error) {
    throw downloadFailure(`s3://${bucket}/${key}`, error);
  }
}

/** What can happen between two objects: one named like the other's folder, bad compression, an object just deleted. */
export function downloadFailure(what: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR') {
    return new WorkloadFailure('input', `Failed to download ${what}: another object's name is the name of its folder.`);
  }
  if (code === 'ENAMETOOLONG')
    return new WorkloadFailure('input', `Failed to download ${what}: its name is too long for a file.`);
  if (code === 'ENOSPC' || code === 'EDQUOT' || error instanceof WorkloadFailure) return error;
  return new WorkloadFailure('input', `Failed to download ${what}: ${message}`, { cause: error });
}

async function fetchArchive(object: SelectedObject, folder: InstanceFolder, place: string, options: FetchOptions) {
  const archive = join(folder.stage, 'archive.tar.gz');
  await fetchFile({ ...object, path: 'archive.tar.gz' }, folder.stage, { ...options, gunzip: false });
  try {
    await unpackArchive(archive, place, `s3://${object.bucket}/${object.key}`);
  } finally {
    await rm(archive, { force: true });
  }
}

/** Checkpoints of an earlier run, as copies: the program goes on writing to them. There may be none yet. */
async function restore(
  output: WorkloadOutput,
  folders: readonly InstanceFolder[],
  options: FetchOptions,
): Promise<void> {
  const s3Uri = output.s3Uri.endsWith('/') ? output.s3Uri : `${output.s3Uri}/`;
  const input: WorkloadInput = { path: output.path, s3Uri, source: 'S3Prefix', mode: 'File' };
  const objects = await selectObjects(input, options).catch((error) => {
    if (error instanceof WorkloadFailure) return [];
    throw error;
  });
  for (const folder of folders) {
    const place = placeOf(folder, output.path);
    await mkdir(place, { recursive: true });
    await eachOf(objects, options.signal, async (object) => {
      await requireRead(options, object.bucket, object.key);
      await fetchFile(object, place, { ...options, link: false, gunzip: false });
    });
  }
}

/** Works through a list, several at once. The first failure ends it; nothing is under way any more when it rejects. */
export async function eachOf<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const item of rest) {
      try {
        signal.throwIfAborted();
        await work(item);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failures.length > 0) throw failures[0];
}
