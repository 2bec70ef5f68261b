import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { baseFoldersOf } from '../host/python.ts';
import type { Workload } from '../workload.ts';
import { commandFor } from './command.ts';
import { ensureEnvironment } from './environment.ts';
import type { Runtime, RuntimeTable } from './table.ts';

/** A runtime made ready for one workload. */
export interface PreparedRuntime {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Folders of programs, first on the PATH. */
  readonly path: readonly string[];
  /** Files and folders that the program reads. */
  readonly readable: readonly string[];
}

/** Finds the workload's runtime and builds its environment if need be. Throws an Error that says what went wrong. */
export async function prepareRuntime(
  table: RuntimeTable,
  workload: Workload,
  options: { cache: string; onProgress: (message: string) => void; signal: AbortSignal },
): Promise<PreparedRuntime> {
  const runtime = table.find(workload.image);
  const command = commandFor(runtime, workload);
  const pythonPath = [...runtime.pythonPath, workload.environment.PYTHONPATH].filter(Boolean).join(':');
  const environment = { ...runtime.environment, ...(pythonPath && { PYTHONPATH: pythonPath }) };
  if (!runtime.requirements) return { command, environment, path: [], readable: runtime.pythonPath };
  const folder = await environmentOf(runtime, options);
  compileModules(folder, runtime.pythonPath);
  return {
    command,
    environment: { ...environment, VIRTUAL_ENV: folder },
    path: [join(folder, 'bin')],
    readable: [folder, ...(await baseFoldersOf(folder)), ...runtime.pythonPath],
  };
}

const compiled = new Set<string>();

/** Inside, the platform's modules cannot be written to: without this, every start would compile them anew. */
function compileModules(folder: string, pythonPath: readonly string[]): void {
  for (const path of pythonPath) {
    const key = `${folder}\0${path}`;
    if (compiled.has(key)) continue;
    compiled.add(key);
    // Where the platform itself may not write there either, starts are a little slower, and that is all.
    execFile(join(folder, 'bin', 'python'), ['-I', '-m', 'compileall', '-q', path], () => {}).unref();
  }
}

export const environmentOf = (
  runtime: Runtime,
  options: { cache: string; onProgress?: (message: string) => void; signal?: AbortSignal },
): Promise<string> =>
  ensureEnvironment({
    name: runtime.name,
    requirementsFile: runtime.requirements ?? '',
    python: runtime.python,
    ...options,
  });
