import type { FileHandle } from 'node:fs/promises';
import type { RemoteDigest } from './digest-pool.ts';

const BLOCK_BYTES = 512 * 1024;
const BLOCKS_IN_FLIGHT = 4;
/** With many uploads at once each has to do with one block at a time, so that memory stays flat. */
const BLOCKS_FOR_ALL = 32;
const SYNC_EVERY_BYTES = 64 * 1024 * 1024;

/** Blocks of shared memory, used again and again. */
const spare: Uint8Array[] = [];
let blocksInUse = 0;

const takeBlock = (): Uint8Array => {
  blocksInUse += 1;
  return spare.pop() ?? new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES));
};

const giveBack = (blocks: readonly Uint8Array[]) => {
  blocksInUse -= blocks.length;
  spare.push(...blocks.slice(0, BLOCKS_FOR_ALL - spare.length));
};

/** Writes and hashes blocks of one file, a few at once, and lets nobody run further ahead than that. */
const pipeline = (handle: FileHandle, digest: RemoteDigest) => {
  const blocks = [takeBlock()];
  const pending: Promise<Uint8Array>[] = [];
  let size = 0;
  let synced = 0;
  let syncing = Promise.resolve();

  const store = async (block: Uint8Array, used: number, position: number) => {
    const content = block.subarray(0, used);
    await Promise.all([digest.update(content), writeFully(handle, content, position)]);
    return block;
  };
  return {
    firstBlock: blocks[0]!,
    /** Takes a filled block and gives one to fill next. */
    async send(block: Uint8Array, used: number): Promise<Uint8Array> {
      const stored = store(block, used, size);
      stored.catch(() => {});
      pending.push(stored);
      size += used;
      // Early write-back: the fsync at the end then finds little to do.
      if (size - synced >= SYNC_EVERY_BYTES) {
        synced = size;
        syncing = Promise.all([syncing, handle.datasync()]).then(() => {});
        syncing.catch(() => {});
      }
      if (blocks.length >= BLOCKS_IN_FLIGHT || blocksInUse >= BLOCKS_FOR_ALL) return await pending.shift()!;
      const fresh = takeBlock();
      blocks.push(fresh);
      return fresh;
    },
    async finish(): Promise<number> {
      await Promise.all([...pending, syncing]);
      return size;
    },
    /** Waits until nothing touches the blocks any more, however that ends, and frees them. */
    async release() {
      await Promise.allSettled([...pending, syncing]);
      giveBack(blocks);
    },
  };
};

/** Writes all chunks to the file and through the digest; gives their size. Reads no faster than it can write. */
export const writeBlocks = async (
  handle: FileHandle,
  digest: RemoteDigest,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> => {
  const blocks = pipeline(handle, digest);
  let block = blocks.firstBlock;
  let used = 0;
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.byteLength; ) {
        const step = Math.min(chunk.byteLength - at, BLOCK_BYTES - used);
        block.set(chunk.subarray(at, at + step), used);
        at += step;
        used += step;
        if (used < BLOCK_BYTES) continue;
        block = await blocks.send(block, used);
        used = 0;
      }
    }
    if (used > 0) await blocks.send(block, used);
    return await blocks.finish();
  } finally {
    await blocks.release();
  }
};

export const writeFully = async (handle: FileHandle, content: Uint8Array, position: number): Promise<void> => {
  for (let at = 0; at < content.byteLength; ) {
    const { bytesWritten } = await handle.write(content, at, content.byteLength - at, position + at);
    at += bytesWritten;
  }
};
