import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { constants, type FileHandle, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../logger.ts';
import type { Database } from './database.ts';
import { linkOrCopy } from './place-file.ts';

/**
 * The files that objects' bytes are in: each written once, never changed, and named at random, so that no name that a
 * user chooses ever reaches the file system. A file that no committed row speaks of has an empty marker of its name in
 * `incoming/`; after a crash the markers tell which files to look at, however many there are.
 */
export interface Files {
  pathOf(file: string): string;
  /** A new file open for writing, with its marker. */
  create(): Promise<{ file: string; handle: FileHandle }>;
  /** The same bytes under a new name, on disk, without writing them again where links are to be had. */
  duplicate(file: string): Promise<string>;
  /** Has the file's name on disk. */
  syncFolder(file: string): Promise<void>;
  /** A committed row speaks of the file now. */
  settle(file: string): Promise<void>;
  /** Nobody wants the file after all. */
  discard(file: string): Promise<void>;
  /** Keeps files from being unlinked, though no row speaks of them any more, until the returned function is called. */
  pin(files: readonly string[]): () => void;
  /** Unlinks what rows have let go of. */
  collect(): Promise<void>;
  /** Takes away what a crash has left behind. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const COLLECT_AFTER_MS = 200;
const COLLECT_AT_ONCE = 256;

export const openFiles = (directory: string, database: Database, log: Logger): Files => {
  const incoming = join(directory, 'incoming');
  const folderOf = (file: string) => join(directory, 'data', file.slice(0, 2));
  const pathOf = (file: string) => join(folderOf(file), file);
  const isNew = mkdirSync(incoming, { recursive: true, mode: 0o700 }) !== undefined;
  for (let shard = 0; shard < 256; shard++) {
    mkdirSync(folderOf(shard.toString(16).padStart(2, '0')), { recursive: true, mode: 0o700 });
  }
  // A file is on the disk only when all folders above it are.
  if (isNew) for (const folder of [join(directory, 'data'), directory, dirname(directory)]) syncFolderNow(folder);

  const pins = new Map<string, number>();
  const someGarbage = database.sql.prepare('SELECT file FROM garbage WHERE file > ? ORDER BY file LIMIT ?');
  const forget = database.sql.prepare('DELETE FROM garbage WHERE file = ?');
  const isWanted = database.sql.prepare(
    'SELECT 1 FROM version WHERE file = ?1 UNION ALL SELECT 1 FROM part WHERE file = ?1',
  );

  const mark = async (file: string) => {
    const handle = await open(join(incoming, file), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    await handle.close();
  };
  const settle = (file: string) => unlinkIfThere(join(incoming, file));
  const discard = async (file: string) => {
    await unlinkIfThere(pathOf(file));
    await settle(file);
  };

  const syncFolder = async (file: string) => {
    const folder = await open(folderOf(file), constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  };

  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let collecting = Promise.resolve();
  const collectAll = async () => {
    for (let after = ''; ; ) {
      const files = (someGarbage.all(after, COLLECT_AT_ONCE) as { file: string }[]).map((row) => row.file);
      if (files.length === 0) return;
      after = files.at(-1)!;
      const free = files.filter((file) => !pins.has(file));
      await Promise.all(free.map((file) => unlinkIfThere(pathOf(file))));
      if (free.length > 0) {
        await database.commit(() => {
          for (const file of free) forget.run(file);
        });
      }
    }
  };
  const collect = () => {
    collecting = collecting.then(collectAll).catch((error) => log.warn('could not remove deleted files', { error }));
    return collecting;
  };
  const collectSoon = () => {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void collect();
    }, COLLECT_AFTER_MS).unref();
  };
  database.onCommit(collectSoon);

  return {
    pathOf,
    async create() {
      const file = randomBytes(16).toString('hex');
      await mark(file);
      // Read-only for everyone from the next opening on: a hard link to it may be handed to a workload.
      const handle = await open(pathOf(file), constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o444);
      return { file, handle };
    },
    async duplicate(file) {
      const twin = randomBytes(16).toString('hex');
      await mark(twin);
      try {
        const made = await linkOrCopy(pathOf(file), pathOf(twin));
        if (made === 'copy') await syncCopy(pathOf(twin));
        await syncFolder(twin);
        return twin;
      } catch (error) {
        await discard(twin);
        throw error;
      }
    },
    syncFolder,
    settle,
    discard,
    pin(files) {
      for (const file of files) pins.set(file, (pins.get(file) ?? 0) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        for (const file of files) {
          const left = pins.get(file)! - 1;
          if (left > 0) pins.set(file, left);
          else pins.delete(file);
        }
        collectSoon();
      };
    },
    collect,
    async sweep() {
      for (const file of await readdir(incoming)) {
        await (isWanted.get(file) ? settle(file) : discard(file));
      }
      await collect();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await collecting;
    },
  };
};

const syncFolderNow = (folder: string) => {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Unlike a link a copy is not on the disk yet, and it is as little to be written to. */
const syncCopy = async (path: string) => {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.chmod(0o444);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const unlinkIfThere = async (path: string) => {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};
