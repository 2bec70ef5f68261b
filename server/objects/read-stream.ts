import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** A stretch of stored bytes. */
export type Segment =
  | { readonly content: Uint8Array; readonly size: number }
  | { readonly path: string; readonly size: number };

const BLOCK_BYTES = 256 * 1024;
/** Read ahead are two blocks in the stream and one under way; the rest is for the consumer. */
const RING_BLOCKS = 6;

export interface ReadOptions {
  /**
   * The consumer is done with each chunk before it takes the next, as a pipe into a response is: memory is used again
   * then. Without it every chunk is its own, and collecting all that garbage costs as much as the reading.
   */
  readonly reuse?: boolean;
  /** Called once, however reading ends. */
  readonly done?: () => void;
}

/** Where blocks are read into. */
const blockSource = (reuse: boolean): ((size: number) => Buffer) => {
  if (!reuse) return (size) => Buffer.allocUnsafeSlow(size);
  const ring: Buffer[] = [];
  let at = -1;
  return (size) => {
    at = (at + 1) % RING_BLOCKS;
    const block = ring[at] ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    ring[at] = block;
    return block.subarray(0, size);
  };
};

/** The segments that bytes `start` to `end` (exclusive) lie in, with where to begin in the first. */
const within = (segments: readonly Segment[], start: number, end: number) => {
  const pieces: { segment: Segment; from: number; to: number }[] = [];
  let offset = 0;
  for (const segment of segments) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, segment.size);
    if (from < to) pieces.push({ segment, from, to });
    offset += segment.size;
  }
  return pieces;
};

/** Bytes `start` to `end` (exclusive) of the segments laid end to end. */
export const readSegments = (
  segments: readonly Segment[],
  start: number,
  end: number,
  { reuse = false, done }: ReadOptions = {},
): Readable => {
  const pieces = within(segments, start, end);
  const blockOf = blockSource(reuse);
  let handle: FileHandle | undefined;
  let position = 0;

  const nextBlock = async (): Promise<Buffer | null> => {
    const piece = pieces[0];
    if (!piece) return null;
    const { segment, from, to } = piece;
    if ('content' in segment) {
      pieces.shift();
      return Buffer.from(segment.content.buffer, segment.content.byteOffset + from, to - from);
    }
    if (!handle) {
      const opened = await open(segment.path, 'r');
      if (stream.destroyed) {
        await opened.close();
        return null;
      }
      handle = opened;
      position = from;
    }
    const block = blockOf(Math.min(BLOCK_BYTES, to - position));
    const { bytesRead } = await handle.read(block, 0, block.byteLength, position);
    if (bytesRead === 0) throw new Error(`stored file is shorter than its row says: ${segment.path}`);
    position += bytesRead;
    if (position >= to) {
      pieces.shift();
      await handle.close();
      handle = undefined;
    }
    return bytesRead === block.byteLength ? block : block.subarray(0, bytesRead);
  };

  const stream = new Readable({
    highWaterMark: 2 * BLOCK_BYTES,
    read() {
      nextBlock().then(
        (block) => stream.push(block),
        (error) => stream.destroy(error),
      );
    },
    destroy(error, callback) {
      done?.();
      const closing = handle?.close() ?? Promise.resolve();
      closing.then(
        () => callback(error),
        (failure) => callback(error ?? failure),
      );
    },
  });
  return stream;
};
