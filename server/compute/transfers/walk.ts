import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkloadFailure } from '../failure.ts';

export interface WalkedEntry {
  /** Relative to the folder. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly size: number;
  readonly modifiedMs: number;
}

/**
 * Everything below a folder in name order, links not followed. What is neither file, folder nor link is left out. Throws
 * WorkloadFailure for a name that could not be kept, rather than lose a file in silence.
 */
export async function* walk(folder: string, below = ''): AsyncGenerator<WalkedEntry> {
  const names = await readdir(join(folder, below)).catch((error: NodeJS.ErrnoException) => {
    // A program that still runs may have taken it away just now.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  for (const name of names.sort()) {
    const path = below ? `${below}/${name}` : name;
    const stats = await lstat(join(folder, path)).catch(() => undefined);
    if (!stats) {
      // Not one that was taken away: its name has bytes that no archive and no object could carry on.
      if (name.includes('\uFFFD')) throw new WorkloadFailure('output', `The name of the file "${path}" is not UTF-8.`);
      continue;
    }
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : undefined;
    if (!kind) continue;
    yield { path, kind, size: stats.size, modifiedMs: stats.mtimeMs };
    if (kind === 'folder') yield* walk(folder, path);
  }
}
