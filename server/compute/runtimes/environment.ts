import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { readJson, writeAtomically } from '../files.ts';
import { isAlive, type ProcessRecord, processIdentity } from '../host/process-identity.ts';
import { findPython } from '../host/python.ts';
import { findUv } from './uv.ts';

const run = promisify(execFile);
const COMPLETE = 'wildsage-complete';
const LOOK_AGAIN_MS = 300;

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

const ready = new Map<string, string>();
const building = new Map<string, Promise<string>>();

/**
 * The folder of a Python environment with exactly what a requirements file lists, built on first use and shared by all
 * servers that have this cache. Throws an Error that says what went wrong. A second call for the same one joins the
 * first; a signal ends the waiting, not the building.
 */
export async function ensureEnvironment(request: EnvironmentRequest): Promise<string> {
  const folder = await environmentFolder(request);
  if (ready.has(folder) && existsSync(join(folder, COMPLETE)) && existsSync(join(folder, 'bin', 'python')))
    return folder;
  let build = building.get(folder);
  if (!build) {
    build = prepare(folder, request).finally(() => building.delete(folder));
    building.set(folder, build);
  }
  return untilAborted(build, request.signal);
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

async function prepare(folder: string, request: EnvironmentRequest): Promise<string> {
  if (!(await runsWell(folder))) await buildLocked(folder, request);
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

async function buildLocked(folder: string, request: EnvironmentRequest): Promise<void> {
  await mkdir(join(request.cache, 'runtimes'), { recursive: true });
  const lock = `${folder}.lock`;
  while (!(await takeLock(lock))) {
    request.onProgress?.(`Waiting for another server that builds the environment ${request.name}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  try {
    // Who held the lock before may have built it.
    if (!(await runsWell(folder))) await build(folder, request);
  } finally {
    await rm(lock, { force: true });
  }
}

/** A lock names its holder, so that a holder that was killed does not hold it for ever. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) }));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = await readJson<ProcessRecord>(lock);
  const age = await stat(lock).then(
    (file) => Date.now() - file.mtimeMs,
    () => 0,
  );
  // One without a name was made a moment ago, or by a process that died there.
  if (holder ? !isAlive(holder) : age > 10_000) await rm(lock, { force: true });
  return false;
}

async function build(folder: string, request: EnvironmentRequest): Promise<void> {
  const { name, requirementsFile, cache, onProgress = () => {} } = request;
  const started = Date.now();
  onProgress(`Preparing the environment ${name}`);
  const uv = await findUv(cache, onProgress);
  // A virtual environment cannot be moved: its scripts name their place. So it is built there, and marked when whole.
  await discard(folder);
  const python = request.python ?? (await findPython()).executable;
  const env = { ...process.env, UV_CACHE_DIR: join(cache, 'uv-cache'), UV_NO_PROGRESS: '1', VIRTUAL_ENV: folder };
  await runShowing(uv, ['venv', '--python', python, '--no-project', folder], env, () => {});
  const sync = ['pip', 'sync', '--require-hashes', '--compile-bytecode', '--link-mode', 'hardlink', requirementsFile];
  await runShowing(uv, sync, env, (line) => onProgress(`Preparing the environment ${name}: ${line}`));
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

function runShowing(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (said.length > 20) said.shift();
      if (line.trim()) onLine(line.trim());
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`uv ${args.slice(0, 2).join(' ')} failed: ${said.join(' ').trim().slice(-1000)}`));
    });
  });
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
