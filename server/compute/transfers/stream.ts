import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseS3Uri } from '../../objects/s3-uri.ts';
import { WorkloadFailure } from '../failure.ts';
import type { InstanceFolder } from '../process/folder.ts';
import { placeOf } from '../process/set-up.ts';
import type { WorkloadInput } from '../workload.ts';
import { eachOf, type FetchOptions, fetchFile } from './inputs.ts';
import { readObject, requireRead, type SelectedObject, selectObjects, shardOf } from './selection.ts';

const run = promisify(execFile);
const FEEDER = join(import.meta.dirname, 'feeder.py');

/** One piece of a stream: an object, or text that stands in an augmented manifest itself. */
type Part = { readonly object: SelectedObject } | { readonly text: string };

/**
 * Prepares a Pipe channel: its data beside the instance, and for each host the command that feeds it epoch by epoch.
 * The feeder belongs to the supervisor, so that a stream does not end early when the control plane does.
 */
export async function prepareStream(
  input: WorkloadInput,
  folders: readonly InstanceFolder[],
  options: FetchOptions,
): Promise<string[][]> {
  const groups = await groupsOf(input, options);
  const commands: string[][] = [];
  for (const [host, folder] of folders.entries()) {
    const part = input.distribution === 'ShardedByS3Key' ? shardOf(groups, host, folders.length) : groups;
    commands.push(await prepareHost(input, folder, part, options));
  }
  return commands;
}

/** What stays together when the order is shuffled: an object, or the attributes of one line of a manifest. */
async function groupsOf(input: WorkloadInput, options: FetchOptions): Promise<Part[][]> {
  if (input.source !== 'AugmentedManifestFile') {
    return (await selectObjects(input, options)).map((object) => [{ object }]);
  }
  const lines = (await readObject(input.s3Uri, options)).split('\n').filter((line) => line.trim());
  return lines.map((line, index) => attributesOf(line, input, index + 1));
}

/** Attributes whose name ends in `-ref` hold the address of an object; others are passed as they stand. */
export function attributesOf(line: string, { attributeNames = [], s3Uri }: WorkloadInput, number: number): Part[] {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line);
  } catch {
    throw new WorkloadFailure('input', `Line ${number} of the augmented manifest ${s3Uri} is not JSON.`);
  }
  return attributeNames.map((name) => {
    const value = record[name];
    if (value === undefined) {
      throw new WorkloadFailure(
        'input',
        `Line ${number} of the augmented manifest ${s3Uri} has no attribute "${name}".`,
      );
    }
    if (!name.endsWith('-ref')) return { text: typeof value === 'string' ? value : JSON.stringify(value) };
    const { bucket, key } = parseS3Uri(String(value));
    return { object: { bucket, key, size: 0, path: basename(key) } };
  });
}

async function prepareHost(
  input: WorkloadInput,
  folder: InstanceFolder,
  groups: readonly Part[][],
  options: FetchOptions,
): Promise<string[]> {
  const place = placeOf(folder, input.path);
  const data = join(folder.streams, basename(place));
  await mkdir(data, { recursive: true });
  await mkdir(dirname(place), { recursive: true });
  // A stream's FIFOs stand beside the folder that a File channel would have.
  await rm(place, { recursive: true, force: true });
  let count = 0;
  const named = groups.map((group) => group.map((part) => ({ part, name: String(count++) })));
  await eachOf(named.flat(), options.signal, ({ part, name }) => fetchPart(part, data, name, input, options));
  const plan = join(folder.streams, `${basename(place)}.json`);
  const description = {
    fifo: place,
    folder: data,
    groups: named.map((group) => group.map(({ name }) => name)),
    recordIo: input.recordWrapper === 'RecordIO',
    shuffleSeed: input.shuffleSeed ?? null,
  };
  await writeFile(plan, JSON.stringify(description));
  const command = [options.python, '-I', '-S', FEEDER, plan];
  // The program may open the first FIFO before the feeder has begun.
  await run(command[0]!, [...command.slice(1), '--prepare']);
  return command;
}

async function fetchPart(part: Part, folder: string, name: string, input: WorkloadInput, options: FetchOptions) {
  if ('text' in part) {
    await writeFile(join(folder, name), part.text);
    return;
  }
  await requireRead(options, part.object.bucket, part.object.key);
  // Only the feeder reads these, so that they may always be links.
  await fetchFile({ ...part.object, path: name }, folder, {
    ...options,
    link: true,
    gunzip: input.compression === 'Gzip',
  });
}
