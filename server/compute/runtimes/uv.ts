import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPython } from '../host/python.ts';

const run = promisify(execFile);
const UV_VERSION = '>=0.5';

const runs = (command: string) =>
  run(command, ['--version'], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );

/**
 * The `uv` command: `$WILDSAGE_UV`, the PATH's, or the cache's own, which is installed from the Python package index
 * the first time, unless `signal` ends that. Throws an Error that says what is missing.
 */
export async function findUv(
  cache: string,
  onProgress: (message: string) => void = () => {},
  signal?: AbortSignal,
): Promise<string> {
  const wanted = process.env.WILDSAGE_UV;
  if (wanted) {
    if (await runs(wanted)) return wanted;
    throw new Error(`WILDSAGE_UV names ${wanted}, which does not run`);
  }
  const folder = join(cache, 'uv');
  const own = join(folder, 'bin', 'uv');
  if (await runs('uv')) return 'uv';
  if (existsSync(own) && (await runs(own))) return own;
  onProgress('Installing uv, which builds Python environments');
  await install(folder, signal);
  return own;
}

async function install(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const python = await findPython();
  await mkdir(join(folder, '..'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    await pipInstall(python.executable, draft, signal);
    if (!(await runs(join(draft, 'bin', 'uv')))) throw new Error('uv was installed but does not run');
    // Another server may have been quicker; theirs is as good, unless it is what did not run before.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder).catch(async (error) => {
      if (!(await runs(join(folder, 'bin', 'uv')))) throw error;
    });
  } catch (error) {
    throw new Error(
      `uv could not be installed with ${python.executable}: ${lastLine(error)}. Install uv and have it on the PATH, or name it in WILDSAGE_UV.`,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** `pip install --target` gives a `bin/uv` that does not depend on where it lies. */
async function pipInstall(python: string, target: string, signal: AbortSignal | undefined): Promise<void> {
  const install = [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
    '--target',
    target,
    `uv${UV_VERSION}`,
  ];
  if (
    await run(python, ['-m', 'pip', '--version']).then(
      () => true,
      () => false,
    )
  ) {
    await run(python, ['-m', 'pip', ...install], { timeout: 300_000, signal });
    return;
  }
  // Debian's Python comes without pip; a virtual environment brings it along where ensurepip is there.
  const bootstrap = join(target, '.bootstrap');
  await run(python, ['-m', 'venv', bootstrap], { timeout: 120_000, signal });
  await run(join(bootstrap, 'bin', 'python'), ['-m', 'pip', ...install], { timeout: 300_000, signal });
  await rm(bootstrap, { recursive: true, force: true });
}

/** What a failed command said last, which is where tools put the reason. */
export function lastLine(error: unknown): string {
  const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message?: string };
  const text = [stderr, stdout, message].find((each) => each?.trim());
  return text?.trim().split('\n').slice(-3).join(' ').slice(0, 500) ?? String(error);
}
