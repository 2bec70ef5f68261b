import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Closing } from '../failure.ts';
import { processIdentity } from '../host/process-identity.ts';
import { findPython } from '../host/python.ts';
import { ensureEnvironment, isEnvironmentReady } from './environment.ts';
import { findUv } from './uv.ts';

const WHEEL = 'wildsage_trial-1.0-py3-none-any.whl';
const MAKE_WHEEL = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name, text in {
        "wildsage_trial.py": "VALUE = 42\\n",
        "wildsage_trial-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: wildsage-trial\\nVersion: 1.0\\n",
        "wildsage_trial-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "wildsage_trial-1.0.dist-info/RECORD": "wildsage_trial.py,,\\n",
    }.items():
        wheel.writestr(zipfile.ZipInfo(name), text)`;

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const found = look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
}

describe('ensureEnvironment', () => {
  let cache: string;
  let requirementsFile: string;
  const progress: string[] = [];
  const request = () => ({
    name: 'trial',
    requirementsFile,
    cache,
    onProgress: (message: string) => progress.push(message),
  });
  const valueIn = (folder: string) =>
    execFileSync(join(folder, 'bin', 'python'), ['-c', 'import wildsage_trial; print(wildsage_trial.VALUE)'])
      .toString()
      .trim();

  before(async () => {
    process.env.WILDSAGE_UV = await findUv(process.env.WILDSAGE_CACHE || join(homedir(), '.cache', 'wildsage'));
    cache = mkdtempSync(join(tmpdir(), 'wildsage-environments-'));
    requirementsFile = join(cache, 'requirements.txt');
    execFileSync((await findPython()).executable, ['-c', MAKE_WHEEL, join(cache, WHEEL)]);
    const digest = createHash('sha256')
      .update(readFileSync(join(cache, WHEEL)))
      .digest('hex');
    writeFileSync(requirementsFile, `--no-index\n--find-links ${cache}\nwildsage-trial==1.0 --hash=sha256:${digest}\n`);
  });
  after(() => {
    delete process.env.WILDSAGE_UV;
    rmSync(cache, { recursive: true, force: true });
  });

  it('builds exactly what the file lists, and tells of it', async () => {
    assert.equal(await isEnvironmentReady(request()), false);
    const folder = await ensureEnvironment(request());
    assert.equal(valueIn(folder), '42');
    assert.equal(await isEnvironmentReady(request()), true);
    assert.match(progress[0] ?? '', /^Preparing the environment trial/);
    assert.match(progress.at(-1) ?? '', /^Prepared the environment trial in \d+ s$/);
  });

  it('finds it again at once, and builds one for several who ask together', async () => {
    const [first, second] = await Promise.all([ensureEnvironment(request()), ensureEnvironment(request())]);
    assert.equal(first, second);
    assert.equal(readdirSync(join(cache, 'runtimes')).length, 1);
  });

  it('builds it again when it was damaged or deleted', async () => {
    const folder = await ensureEnvironment(request());
    rmSync(join(folder, 'bin'), { recursive: true });
    assert.equal(valueIn(await ensureEnvironment(request())), '42');
    rmSync(folder, { recursive: true });
    assert.equal(valueIn(await ensureEnvironment(request())), '42');
  });

  it('takes over from a builder that was killed', async () => {
    const folder = await ensureEnvironment(request());
    rmSync(join(folder, 'wildsage-complete'));
    writeFileSync(`${folder}.lock`, JSON.stringify({ pid: 2 ** 22, identity: 'gone' }));
    assert.equal(valueIn(await ensureEnvironment(request())), '42');
    assert.ok(!existsSync(`${folder}.lock`));
  });

  it('ends the building with the control plane, and builds it for the next who asks', async () => {
    const uv = process.env.WILDSAGE_UV;
    const slow = join(cache, 'slow-uv');
    writeFileSync(slow, `#!/bin/sh\n[ "$1" = --version ] || { echo begun >&2; exec sleep 600; }\n`, { mode: 0o755 });
    rmSync(await ensureEnvironment(request()), { recursive: true });
    process.env.WILDSAGE_UV = slow;
    try {
      const closing = new AbortController();
      const asked = ensureEnvironment({ ...request(), signal: closing.signal });
      const folder = join(cache, 'runtimes');
      const lock = () => readdirSync(folder).find((name) => name.endsWith('.lock'));
      const builder = await until(() => {
        const text = lock() ? readFileSync(join(folder, lock() ?? ''), 'utf8') : '';
        return /"builder":\{"pid":(\d+)/.exec(text)?.[1];
      });
      closing.abort(new Closing());
      await assert.rejects(asked, Closing);
      await until(() => processIdentity(Number(builder)) === undefined && lock() === undefined);
    } finally {
      process.env.WILDSAGE_UV = uv;
    }
    assert.equal(valueIn(await ensureEnvironment(request())), '42');
  });

  it('makes another environment for another file', async () => {
    const before = await ensureEnvironment(request());
    writeFileSync(requirementsFile, `${readFileSync(requirementsFile, 'utf8')}# changed\n`);
    assert.notEqual(await ensureEnvironment(request()), before);
  });

  it('refuses what does not have the hash that is listed, and says so', async () => {
    const wrong = join(cache, 'wrong.txt');
    writeFileSync(wrong, readFileSync(requirementsFile, 'utf8').replace(/sha256:[0-9a-f]{8}/, 'sha256:00000000'));
    await assert.rejects(ensureEnvironment({ ...request(), requirementsFile: wrong }), /uv pip sync failed: .*[Hh]ash/);
  });

  it('compiles modules, so that the first start is not slower than the next', async () => {
    const folder = await ensureEnvironment(request());
    const library = readdirSync(join(folder, 'lib'))[0] ?? '';
    const packages = join(folder, 'lib', library, 'site-packages');
    assert.ok(statSync(join(packages, '__pycache__')).isDirectory());
  });
});
