import { createReadStream } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join, normalize, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ReadEntry, Unpack } from 'tar';
import { WorkloadFailure } from '../failure.ts';

const MOST_ENTRIES = 1_000_000;
const LONGEST_EMPTY_ARCHIVE = 64 * 1024;
/** Left free on the disk, whatever an archive claims to hold. */
const SPARE_BYTES = 256 * 1024 * 1024;

/**
 * Unpacks a tar archive (a file), compressed or not, into a folder. Nothing is written outside of it: an entry that would be,
 * by its name or through a link, ends it with a WorkloadFailure, as does an archive that the disk cannot hold.
 */
export async function unpackArchive(archive: string, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const check = entryCheck(name, await freeBytes(folder));
  let refused: WorkloadFailure | undefined;
  const unpack = new Unpack({
    cwd: folder,
    strict: true,
    // Files are the platform user's own, also where that is root and the archive names somebody else.
    preserveOwner: false,
    filter: (path, of) => {
      const entry = of as ReadEntry;
      // As tar does it: a name counts from the folder. The Python SDK's archives begin with an entry named "/".
      entry.path = path.replace(/^\/+/, '') || '.';
      refused ??= check(entry);
      if (refused) unpack.abort(refused);
      return !refused;
    },
  });
  try {
    await pipeline(createReadStream(archive), unpack as unknown as NodeJS.WritableStream);
  } catch (error) {
    if (refused) throw refused;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    if (await isEmptyArchive(archive)) return;
    throw new WorkloadFailure('input', `${name} is not a whole tar.gz archive: ${message}`, { cause: error });
  }
  if (refused) throw refused;
}

/** An archive of nothing is nothing but zeros, which the tar package takes for no archive at all. */
async function isEmptyArchive(archive: string): Promise<boolean> {
  const compressed = createReadStream(archive);
  try {
    let length = 0;
    for await (const chunk of compressed.pipe(createGunzip())) {
      length += chunk.length;
      if (length > LONGEST_EMPTY_ARCHIVE || (chunk as Buffer).some((byte) => byte !== 0)) return false;
    }
    return length >= 1024;
  } catch {
    return false;
  } finally {
    compressed.destroy();
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function entryCheck(name: string, free: number) {
  let bytes = 0;
  let entries = 0;
  return (entry: ReadEntry): WorkloadFailure | undefined => {
    const refuse = (why: string) => new WorkloadFailure('input', `${name} cannot be unpacked: ${why}.`);
    bytes += entry.size;
    entries += 1;
    if (entries > MOST_ENTRIES) return refuse(`it has more than ${MOST_ENTRIES} entries`);
    if (bytes > free - SPARE_BYTES) return refuse('the disk has not enough space for what it holds');
    if (leavesFolder(entry.path)) return refuse(`its entry "${entry.path}" lies outside of the folder`);
    const target = entry.linkpath;
    if (!target) return undefined;
    // A symbolic link's target counts from where it lies, a hard link's from the archive's top.
    const from = entry.type === 'SymbolicLink' ? join(posix.dirname(entry.path), target) : target;
    if (target.startsWith('/') || leavesFolder(from))
      return refuse(`its link "${entry.path}" leads outside of the folder`);
    return undefined;
  };
}

const leavesFolder = (path: string) => normalize(path).split('/')[0] === '..';
