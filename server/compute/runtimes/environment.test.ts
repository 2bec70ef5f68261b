import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
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
