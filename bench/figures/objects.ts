import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Boto } from '../boto.ts';
import { type Bench, closing, type Figure, peersEnvironment } from '../figure.ts';
import { startMoto } from '../peers/index.ts';
import { mebibytes, milliseconds, type Peer, type Row } from '../report.ts';
import { median, takeTurns } from '../rounds.ts';
import { signer } from '../signed-requests.ts';
import { type Transfer, transfer } from '../transfer.ts';
import { startWildsage, type Wildsage } from '../wildsage.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const BUCKET = 'objects';

/** Large objects against `cp` of the same file on the same disk, small ones against moto. */
export const objects: Figure = {
  title: 'Objects',
  take: (bench) =>
    closing(async (keep) => {
      const environment = await peersEnvironment();
      const boto = keep(new Boto(environment));
      const wildsage = keep(await startWildsage(`${bench.folder}/home`));
      const moto = keep(await startMoto(environment));
      for (const { url } of [wildsage, moto]) {
        await boto.calls('s3', url, [{ method: 'create_bucket', parameters: { Bucket: BUCKET } }]);
      }
      return [
        ...(await large(bench, wildsage, boto)),
        await memory(bench, wildsage),
        ...(await small(bench, boto, { wildsage: wildsage.url, moto: moto.url })),
      ];
    }),
};

/** As many bytes as are asked for, or a tenth of the disk's free space. */
async function affordable({ folder }: Bench, bytes: number): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.min(bytes, Math.floor((bavail * bsize) / 10 / MIB) * MIB);
}

async function large(bench: Bench, wildsage: Wildsage, boto: Boto): Promise<Row[]> {
  const size = await affordable(bench, bench.quick ? 8 * MIB : 512 * MIB);
  const source = `${bench.folder}/source`;
  const target = `${bench.folder}/target`;
  await pipeline(repeated(size), createWriteStream(source));
  await sync(source);

  const timed = (work: (round: number) => Promise<unknown>) => async (round: number) => {
    const began = performance.now();
    await work(round);
    const seconds = (performance.now() - began) / 1000;
    await rm(target, { force: true });
    return seconds;
  };
  const throughBoto = (method: string, endpoint: string) => () =>
    boto.calls('s3', endpoint, [
      { method, parameters: { Bucket: BUCKET, Key: 'boto', Filename: method === 'upload_file' ? source : target } },
    ]);
  const taken = await takeTurns(
    {
      cp: timed(async () => {
        await run('cp', [source, target]);
        await sync(target);
      }),
      md5: timed(() => pipeline(createReadStream(source, { highWaterMark: MIB }), createHash('md5'))),
      put: timed(() => ask(wildsage, 'PUT', 'plain', { upload: { file: source, size } })),
      get: timed(async () => {
        await ask(wildsage, 'GET', 'plain', { into: target });
        await sync(target);
      }),
      upload: timed(throughBoto('upload_file', wildsage.url)),
      download: timed(async () => {
        await throughBoto('download_file', wildsage.url)();
        await sync(target);
      }),
    },
    { rounds: bench.quick ? 1 : 3, unmeasured: bench.quick ? 0 : 1 },
  );
  await rm(source);

  const rate = (seconds: readonly number[]) => `${Math.round(size / MIB / median(seconds))} MiB/s`;
  const against = (name: string, theirs: readonly number[], seconds: readonly number[]) => {
    const ratio = median(seconds.map((each, i) => (theirs[i] ?? Number.NaN) / each));
    return { name, figure: rate(theirs), ratio };
  };
  const row = (what: string, seconds: readonly number[], target?: number, ...others: readonly Peer[]): Row => {
    const cp = against('cp and sync', taken.cp, seconds);
    const verdict = target === undefined ? {} : { target: `≥ ×${target.toFixed(2)} cp`, met: cp.ratio >= target };
    return { what: `${what} ${mebibytes(size)}`, figure: rate(seconds), peers: [cp, ...others], ...verdict };
  };
  return [
    row('PUT of', taken.put, 0.7, against('MD5 of it, its ETag', taken.md5, taken.put)),
    row('GET into a file of', taken.get, 0.7),
    row('boto3 upload_file of', taken.upload),
    row('boto3 download_file of', taken.download),
  ];
}

/** How much more memory the server takes at most while a large object goes in and out. */
async function memory(bench: Bench, wildsage: Wildsage): Promise<Row> {
  const size = await affordable(bench, bench.quick ? 16 * MIB : 5 * 512 * MIB);
  const source = `${bench.folder}/huge`;
  await pipeline(repeated(size), createWriteStream(source));
  const before = await wildsage.residentBytes();
  let most = before;
  const watch = setInterval(async () => {
    most = Math.max(most, await wildsage.residentBytes().catch(() => 0));
  }, 100);
  await ask(wildsage, 'PUT', 'huge', { upload: { file: source, size } });
  await ask(wildsage, 'GET', 'huge');
  clearInterval(watch);
  await rm(source);
  const growth = most - before;
  return {
    what: `Memory that a PUT and a GET of ${mebibytes(size)} add`,
    figure: mebibytes(growth),
    target: '≤ tens of MiB',
    met: growth < 100 * MIB,
  };
}

async function small({ quick }: Bench, boto: Boto, servers: { wildsage: string; moto: string }): Promise<Row[]> {
  const rows: Row[] = [];
  for (const method of ['put_object', 'get_object']) {
    const calls = Array.from({ length: quick ? 2 : 40 }, (_, i) => ({
      method,
      parameters: { Bucket: BUCKET, Key: `small-${i}`, ...(method === 'put_object' && { Body: 'x'.repeat(1024) }) },
    }));
    const round = (url: string) => async () => median(await boto.calls('s3', url, calls));
    const taken = await takeTurns(
      { wildsage: round(servers.wildsage), moto: round(servers.moto) },
      { rounds: quick ? 1 : 7 },
    );
    const ratio = median(taken.wildsage.map((each, i) => each / (taken.moto[i] ?? Number.NaN)));
    rows.push({
      what: `${method} of 1 KiB through boto3`,
      figure: milliseconds(median(taken.wildsage)),
      peers: [{ name: 'moto', figure: milliseconds(median(taken.moto)), ratio }],
    });
  }
  return rows;
}

/** One request to S3, with its payload unsigned. Throws unless it succeeds. */
function ask({ url }: Wildsage, method: string, key: string, data: Pick<Transfer, 'upload' | 'into'> = {}) {
  const sign = signer(new URL(url).host, 's3');
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  return transfer({ url, request: sign({ method, path: `/${BUCKET}/${key}`, headers, body: '' }), ...data });
}

/** `size` bytes: one random block again and again, so that making them costs nothing. */
function repeated(size: number): Readable {
  const block = randomBytes(MIB);
  function* blocks() {
    for (let left = size; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
  }
  return Readable.from(blocks(), { objectMode: false, highWaterMark: MIB });
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync();
  await handle.close();
}
