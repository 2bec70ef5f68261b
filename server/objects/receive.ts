import { type FileHandle, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { writeBlocks, writeFully } from './block-writer.ts';
import { clearer } from './database.ts';
import { type ChecksumAlgorithm, type ContentDigest, newDigest } from './digest.ts';
import type { DigestPool } from './digest-pool.ts';
import type { Files } from './files.ts';
import { readSegments } from './read-stream.ts';

/** `request`: the body of a request, whose chunks nobody else looks at. */
export type Body = Readable | Uint8Array | { readonly file: string } | { readonly request: Readable };

/** Bytes that are on disk (or, when few, here) and that no row speaks of yet. */
export interface Staged extends ContentDigest {
  readonly size: number;
  readonly content?: Buffer;
  readonly file?: string;
}

export interface ReceiveOptions {
  readonly algorithms?: readonly ChecksumAlgorithm[];
  /** Small content need not become a file. */
  readonly inline?: boolean;
}

/** Takes in a body whole, or throws and leaves nothing behind. A stream that fails is left for its owner to close. */
export type Receive = (body: Body, options?: ReceiveOptions) => Promise<Staged>;

/** Up to this many bytes are kept in the database's row: a file would take a block of disk, and two fsyncs more. */
const INLINE_BYTES = 4096;
/** Up to this many bytes are gathered and hashed at once; more go block by block, hashed in other threads. */
const GATHER_BYTES = 128 * 1024;

export const receiver = (files: Files, pool: DigestPool): Receive => {
  const intoFile = async (fill: (handle: FileHandle, file: string) => Promise<Staged>): Promise<Staged> => {
    const { file, handle } = await files.create();
    try {
      const staged = await fill(handle, file);
      await handle.sync();
      await files.syncFolder(file);
      return staged;
    } catch (error) {
      await files.discard(file);
      throw error;
    } finally {
      await handle.close();
    }
  };

  const receiveLarge = (chunks: AsyncIterable<Uint8Array>, algorithms: readonly ChecksumAlgorithm[]) =>
    intoFile(async (handle, file) => {
      const digest = pool.start(algorithms);
      try {
        const size = await writeBlocks(handle, digest, chunks);
        return { file, size, ...(await digest.finish()) };
      } finally {
        digest.drop();
      }
    });

  const receiveSmall = async (content: Buffer, { algorithms = [], inline }: ReceiveOptions): Promise<Staged> => {
    const digest = newDigest(algorithms);
    digest.update(content);
    const known = { size: content.byteLength, ...digest.finish() };
    if (inline && content.byteLength <= INLINE_BYTES) return { ...known, content };
    return intoFile(async (handle, file) => {
      await writeFully(handle, content, 0);
      return { file, ...known };
    });
  };

  return async (body, options = {}) => {
    const source = await chunksOf(body);
    const gathered: Uint8Array[] = [];
    let size = 0;
    try {
      while (size <= GATHER_BYTES) {
        const next = await source.next();
        if (next.done) return await receiveSmall(Buffer.concat(gathered), options);
        // A copy: the source may use its memory again for the next chunk.
        gathered.push(Buffer.from(next.value));
        size += next.value.byteLength;
      }
      return await receiveLarge(chained(gathered, source), options.algorithms ?? []);
    } catch (error) {
      throw clearer(error);
    } finally {
      await source.return?.();
    }
  };
};

const chunksOf = async (body: Body): Promise<AsyncIterator<Uint8Array>> => {
  if (body instanceof Uint8Array) return [body].values() as unknown as AsyncIterator<Uint8Array>;
  if (body instanceof Readable) return body.iterator({ destroyOnReturn: false });
  if ('request' in body) return freeing(body.request.iterator({ destroyOnReturn: false }));
  const { size } = await stat(body.file);
  return readSegments([{ path: body.file, size }], 0, size, { reuse: true })[Symbol.asyncIterator]();
};

/**
 * Gives the memory of each chunk back when the next one is asked for. Left to the garbage collector, every 64 MiB of
 * chunks cost a collection of the whole heap.
 */
const freeing = (chunks: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array> => {
  let last: Uint8Array | undefined;
  const keep = (result: IteratorResult<Uint8Array>) => {
    last = result.value;
    return result;
  };
  return {
    next() {
      // Only where no other view can be on the same memory, as is on a pool's.
      if (last?.byteLength === last?.buffer.byteLength) (last?.buffer as ArrayBuffer | undefined)?.transfer(0);
      return chunks.next().then(keep);
    },
    return: async (value) => (await chunks.return?.(value)) ?? { done: true, value },
  };
};

const chained = (first: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]() {
    let at = 0;
    return {
      next: () => {
        const value = first[at++];
        return value ? Promise.resolve({ value, done: false }) : rest.next();
      },
    };
  },
});
