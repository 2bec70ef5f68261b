import { randomBytes } from 'node:crypto';
import { chmod, constants, copyFile, link, rename, rm } from 'node:fs/promises';

/** Has `make` put a file under a temporary name beside `path`, then moves it there: whole or not at all. */
export const replaceWith = async (path: string, make: (temporary: string) => Promise<unknown>): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await make(temporary);
    await rename(temporary, path);
  } finally {
    // Also after success: renaming one hard link of a file onto another leaves both.
    await rm(temporary, { force: true });
  }
};

/** A reflink where the file system has them, else a copy; the owner may write to it. */
export const copy = async (source: string, target: string): Promise<void> => {
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, 0o644);
};

/** EXDEV: another device. EMLINK: the file has all the links it may have. EPERM: a file system without hard links. */
const NO_LINK = ['EXDEV', 'EMLINK', 'EPERM'];

/** Says which of the two it was. */
export const linkOrCopy = async (source: string, target: string): Promise<'link' | 'copy'> => {
  try {
    await link(source, target);
    return 'link';
  } catch (error) {
    if (!NO_LINK.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await copy(source, target);
    return 'copy';
  }
};
