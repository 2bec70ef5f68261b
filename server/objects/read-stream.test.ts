import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { readSegments, type Segment } from './read-stream.ts';

describe('readSegments', () => {
  const bytes = randomBytes(5_000_000);
  let directory: string;
  let segments: Segment[];
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'read-'));
    segments = [];
    for (const [index, end] of [1, 700_000, 700_000, 4_999_000, 5_000_000].entries()) {
      const from = segments.reduce((sum, segment) => sum + segment.size, 0);
      const path = join(directory, String(index));
      await writeFile(path, bytes.subarray(from, end));
      segments.push(index === 0 ? { content: bytes.subarray(0, 1), size: 1 } : { path, size: end - from });
    }
  });
  after(() => rm(directory, { recursive: true }));

  it('gives any stretch of the whole, across segments', async () => {
    for (const [start, end] of [
      [0, 5_000_000],
      [0, 1],
      [1, 2],
      [0, 700_001],
      [699_999, 4_999_001],
      [4_999_999, 5_000_000],
      [5, 5],
    ] as const) {
      const got = await buffer(readSegments(segments, start, end));
      assert.ok(got.equals(bytes.subarray(start, end)), `${start} to ${end}`);
    }
  });

  it('gives the right bytes to slow clients too when it uses its memory again', async (t) => {
    const server = createServer((_, response) => {
      pipeline(readSegments(segments, 0, 5_000_000, { reuse: true }), response, () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const answers = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of (await fetch(`http://127.0.0.1:${port}/`)).body!) {
          chunks.push(chunk);
          await new Promise(setImmediate);
        }
        return Buffer.concat(chunks);
      }),
    );
    for (const answer of answers) assert.ok(answer.equals(bytes));
  });

  it('says once that it is done, at the end as when it is broken off', async () => {
    let done = 0;
    const count = () => {
      done += 1;
    };
    await buffer(readSegments(segments, 0, 5_000_000, { done: count }));
    assert.equal(done, 1);
    const broken = readSegments(segments, 0, 5_000_000, { done: count });
    const closed = new Promise((resolve) => broken.once('close', resolve));
    broken.once('data', () => broken.destroy());
    await closed;
    assert.equal(done, 2);
  });
});
