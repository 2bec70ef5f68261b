import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import type { Database } from './database.ts';
import type { Files } from './files.ts';
import { copy, linkOrCopy, replaceWith } from './place-file.ts';
import { type ReadOptions, readSegments, type Segment } from './read-stream.ts';
import type { Receive, ReceiveOptions, Staged } from './receive.ts';
import type { ObjectVersion } from './version.ts';
import type { Versions } from './versions.ts';

/** Bytes `start` to `end`, exclusive. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the bytes of versions are, and ways to them. An object that was uploaded in parts stays in the parts' files:
 * completing it costs nothing, and a read takes them one after the other. The first `materialize` joins them.
 */
export const contentTable = ({ sql, commit }: Database, versions: Versions, files: Files, receive: Receive) => {
  const partFiles = sql.prepare('SELECT size, file FROM part WHERE upload = ? ORDER BY number');
  const setFile = sql.prepare('UPDATE version SET file = ? WHERE id = ? AND file IS NULL');
  const freeParts = sql.prepare('UPDATE part SET file = NULL WHERE upload = ?');
  const fileOf = sql.prepare('SELECT file FROM version WHERE id = ?');

  const locate = (version: ObjectVersion): { segments: Segment[]; files: string[] } => {
    if (version.file) {
      return { segments: [{ path: files.pathOf(version.file), size: version.size }], files: [version.file] };
    }
    if (version.upload === undefined) {
      const content = versions.content(version.id) ?? new Uint8Array();
      return { segments: [{ content, size: content.byteLength }], files: [] };
    }
    const parts = partFiles.all(version.upload) as { size: number; file: string }[];
    return {
      segments: parts.map(({ size, file }) => ({ path: files.pathOf(file), size })),
      files: parts.map(({ file }) => file),
    };
  };

  /** Must be called in the same turn as the look-up that gave the version: from then on the bytes stay readable. */
  const read = (
    version: ObjectVersion,
    extent: Extent = { start: 0, end: version.size },
    { reuse }: Pick<ReadOptions, 'reuse'> = {},
  ): Readable => {
    const { segments, files: names } = locate(version);
    return readSegments(segments, extent.start, extent.end, { reuse, done: files.pin(names) });
  };

  const rewrite = async (version: ObjectVersion, extent?: Extent, options?: ReceiveOptions): Promise<Staged> => {
    const source = read(version, extent, { reuse: true });
    try {
      return await receive(source, options);
    } finally {
      source.destroy();
    }
  };

  /** Gives a version in parts a file of its own, once and for all. */
  const join = async (version: ObjectVersion): Promise<ObjectVersion> => {
    const { file } = await rewrite(version);
    await commit(() => {
      if (setFile.run(file!, version.id).changes > 0) freeParts.run(version.upload!);
    });
    // Somebody else may have joined or deleted it meanwhile; then this file is one too many.
    const { file: kept } = (fileOf.get(version.id) ?? {}) as { file?: string };
    await (kept === file ? files.settle(file!) : files.discard(file!));
    return { ...version, file: kept };
  };

  const materialize = async (find: () => ObjectVersion, path: string, { link: mayLink = false } = {}) => {
    await mkdir(dirname(path), { recursive: true });
    // From here to the pin in one turn, so that the bytes cannot go in between.
    let version = find();
    // Again and again, since what is found after a join may be another that came in parts.
    while (!version.file && version.upload !== undefined) {
      await join(version);
      version = find();
    }
    if (!version.file) {
      await replaceWith(path, (temporary) => writeFile(temporary, versions.content(version.id) ?? ''));
      return version;
    }
    const release = files.pin([version.file]);
    try {
      const source = files.pathOf(version.file);
      await replaceWith(path, (target) => (mayLink ? linkOrCopy(source, target) : copy(source, target)));
    } finally {
      release();
    }
    return version;
  };

  /**
   * The same bytes once more, for a version or part to be: without reading them where they are one file whose digests
   * are known. Must be called in the same turn as the look-up that gave the version.
   */
  const copyOf = async (version: ObjectVersion, extent?: Extent, options: ReceiveOptions = {}): Promise<Staged> => {
    const md5 = /^"([0-9a-f]{32})"$/.exec(version.etag)?.[1];
    const known = (options.algorithms ?? []).every((algorithm) => version.checksums[algorithm]);
    const isWhole = !extent || (extent.start === 0 && extent.end === version.size);
    if (!version.file || !md5 || !known || !isWhole || version.checksumType === 'COMPOSITE') {
      return rewrite(version, extent, options);
    }
    const release = files.pin([version.file]);
    try {
      const file = await files.duplicate(version.file);
      return { size: version.size, md5: Buffer.from(md5, 'hex'), checksums: version.checksums, file };
    } finally {
      release();
    }
  };

  return { read, materialize, copyOf };
};

export type Contents = ReturnType<typeof contentTable>;
