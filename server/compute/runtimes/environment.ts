import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Closing } from '../failure.ts';
import { writeAtomically } from '../files.ts';
import { findPython } from '../host/python.ts';
import { type BuildLock, takeBuildLock } from './build-lock.ts';
import { findUv } from './uv.ts';

const run = promisify(execFile);
const COMPLETE = 'wildsage-complete';

export interface EnvironmentRequest {
  readonly name: string;
  /** Names packages, versions and hashes. */
  readonly requirementsFile: string;
  readonly cache: string;
  /** Such as `3.11` or `>=3.10`; missing: the Python that is there. */
  readonly python?: string;
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

interface Building {
  readonly folder: Promise<string>;
  readonly ending: AbortController;
}

const ready = new Map<string, string>();
const building = new Map<string, Building>();

/**
 * The folder of a Python environment with exactly what a requirements file lists, built on first use and shared by all
 * servers that have this cache. Throws an Error that says what went wrong. A second call for the same one joins the
 * first; a signal ends the waiting, not the building, unless it is that the control plane closes.
 */
export async function ensureEnvironment(request: EnvironmentRequest): Promise<string> {
  const { signal } = request;
  const folder = await environmentFolder(request);
  if (ready.has(folder) && existsSync(join(folder, COMPLETE)) && existsSync(join(folder, 'bin', 'python')))
    return folder;
  const build = building.get(folder) ?? begin(folder, request);
  const endWithControlPlane = () => {
    if (signal?.reason instanceof Closing) build.ending.abort(signal.reason);
  };
  signal?.addEventListener('abort', endWithControlPlane);
  try {
    return await untilAborted(build, signal);
  } finally {
    signal?.removeEventListener('abort', endWithControlPlane);
  }
}

function begin(folder: string, request: EnvironmentRequest): Building {
  const ending = new AbortController();
  const whole = prepare(folder, request, ending.signal).finally(() => building.delete(folder));
  const build = { folder: whole, ending };
  building.set(folder, build);
  return build;
}

/** Whether `ensureEnvironment` has nothing to build. */
export async function isEnvironmentReady(request: EnvironmentRequest): Promise<boolean> {
  return existsSync(join(await environmentFolder(request), COMPLETE));
}

async function environmentFolder({ name, requirementsFile, cache, python }: EnvironmentRequest): Promise<string> {
  const { executable, version } = await findPython();
  const requirements = await readFile(requirementsFile);
  const hash = createHash('sha256')
    .update(requirements)
    .update(`\0${python ?? ''}\0${version}\0${executable}`);
  return join(cache, 'runtimes', `${name}-${hash.digest('hex').slice(0, 16)}`);
}

async function prepare(folder: string, request: EnvironmentRequest, ending: AbortSignal): Promise<string> {
  if (!(await runsWell(folder))) await buildLocked(folder, request, ending);
  ready.set(folder, folder);
  return folder;
}

/** A marker says that it was built to the end; running it finds an environment that was damaged since. */
async function runsWell(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, COMPLETE))) return false;
  return run(join(folder, 'bin', 'python'), ['-I', '-S', '-c', ''], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}

async function buildLocked(folder: string, request: EnvironmentRequest, ending: AbortSignal): Promise<void> {
  await mkdir(join(request.cache, 'runtimes'), { recursive: true });
  const lock = await takeBuildLock(`${folder}.lock`, ending, () =>
    request.onProgress?.(`Waiting for another server that builds the environment ${request.name}`),
  );
  try {
    // Who held the lock before may have built it.
    if (!(await runsWell(folder))) await build(folder, request, lock, ending);
  } finally {
    await lock.release();
  }
}

async function build(folder: string, request: EnvironmentRequest, lock: BuildLock, ending: AbortSignal): Promise<void> {
  const { name, requirementsFile, cache, onProgress = () => {} } = request;
  const started = Date.now();
  onProgress(`Preparing the environment ${name}`);
  const uv = await findUv(cache, onProgress, ending);
  // A virtual environment cannot be moved: its scripts name their place. So it is built there, and marked when whole.
  await discard(folder);
  const python = request.python ?? (await findPython()).executable;
  const env = { ...process.env, UV_CACHE_DIR: join(cache, 'uv-cache'), UV_NO_PROGRESS: '1', VIRTUAL_ENV: folder };
  const runUv = (args: string[], onLine: (line: string) => void) => runShowing({ uv, args, env, onLine, lock, ending });
  await runUv(['venv', '--python', python, '--no-project', folder], () => {});
  const sync = ['pip', 'sync', '--require-hashes', '--compile-bytecode', '--link-mode', 'hardlink', requirementsFile];
  await runUv(sync, (line) => onProgress(`Preparing the environment ${name}: ${line}`));
  await writeAtomically(join(folder, COMPLETE), JSON.stringify({ name, builtAt: new Date().toISOString() }));
  onProgress(`Prepared the environment ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Out of the way first: deleting takes a while, and half an environment must not look like one. */
async function discard(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const trash = `${folder}.old-${process.pid}`;
  await rm(join(folder, COMPLETE), { force: true });
  await rename(folder, trash);
  await rm(trash, { recursive: true, force: true });
}

interface UvRun {
  readonly uv: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
  readonly lock: BuildLock;
  readonly ending: AbortSignal;
}

async function runShowing({ uv, args, env, onLine, lock, ending }: UvRun): Promise<void> {
  const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];
  const child = spawn(uv, args, { env, stdio, signal: ending, killSignal: 'SIGKILL' });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 20) said.shift();
    if (line.trim()) onLine(line.trim());
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`uv ${args.slice(0, 2).join(' ')} failed: ${said.join(' ').trim().slice(-1000)}`));
    });
  });
  await Promise.all([ended, lock.builtBy(child.pid)]);
}

function untilAborted({ folder }: Building, signal: AbortSignal | undefined): Promise<string> {
  if (!signal) return folder;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    folder.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
