import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OLDEST = [3, 10] as const;
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

export interface Python {
  /** The interpreter itself, behind shims and links of version managers. */
  readonly executable: string;
  readonly version: string;
  /** Folders that it needs to run. */
  readonly folders: readonly string[];
}

const FACTS = 'import json, sys; print(json.dumps([list(sys.version_info[:3]), sys.executable, sys.base_prefix]))';

/** What stands behind a Python command; undefined when it does not run or is too old. */
export async function inspectPython(command: string): Promise<Python | undefined> {
  try {
    const { stdout } = await run(command, ['-I', '-S', '-c', FACTS], { timeout: 20_000 });
    const [version, executable, prefix] = JSON.parse(stdout) as [[number, number, number], string, string];
    if (version[0] !== OLDEST[0] || version[1] < OLDEST[1]) return undefined;
    return { executable, version: version.join('.'), folders: await pythonFolders(prefix) };
  } catch {
    return undefined;
  }
}

/** Not the prefix as a whole: it may be a home folder that holds much else. */
async function pythonFolders(prefix: string): Promise<string[]> {
  const prefixes = new Set([prefix, await realpath(prefix)]);
  return [...prefixes].flatMap((each) => ['bin', 'lib', 'lib64', 'include'].map((part) => join(each, part)));
}

/** Folders of the Python installation that a virtual environment leans on. */
export async function baseFoldersOf(environment: string): Promise<readonly string[]> {
  const base = dirname(await realpath(join(environment, 'bin', 'python')));
  return pythonFolders(dirname(base));
}

let found: Promise<Python> | undefined;

/** The Python that supervisors run with and environments are made from: `$WILDSAGE_PYTHON`, else from the PATH. */
export function findPython(): Promise<Python> {
  found ??= search();
  found.catch(() => {
    found = undefined;
  });
  return found;
}

async function search(): Promise<Python> {
  const wanted = process.env.WILDSAGE_PYTHON;
  for (const command of wanted ? [wanted] : CANDIDATES) {
    const python = await inspectPython(command);
    if (python) return python;
  }
  throw new Error(
    wanted
      ? `WILDSAGE_PYTHON names ${wanted}, which is no Python ${OLDEST.join('.')} or newer that runs`
      : `Python ${OLDEST.join('.')} or newer is needed to run jobs and was not found on the PATH; install it, or name it in WILDSAGE_PYTHON`,
  );
}
