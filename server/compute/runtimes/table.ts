import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { validationError } from '../../errors.ts';
import { parseImage } from './image.ts';

/** What runs in an image's stead: an environment and its commands. As an entry of `runtimes.json` has it. */
export interface Runtime {
  readonly name: string;
  readonly repositories: readonly string[];
  /** `*` stands for any text. */
  readonly tags: readonly string[];
  /** Absolute path of a requirements file with hashes. Missing: the commands are used as they are. */
  readonly requirements?: string;
  /** Such as `>=3.10`; missing: the Python that is there. */
  readonly python?: string;
  readonly train?: readonly string[];
  readonly serve?: readonly string[];
  /** Put before a workload's own entry point. */
  readonly enter?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Where modules of the commands are found. */
  readonly pythonPath: readonly string[];
}

export interface RuntimeTable {
  readonly runtimes: readonly Runtime[];
  /** Throws ValidationException, which says what there is, when no runtime has this image. */
  find(image: string): Runtime;
}

const PYTHON_FOLDER = resolve(import.meta.dirname, '../../../python');
const OWN_TABLE = join(PYTHON_FOLDER, 'runtimes', 'runtimes.json');

/** The runtimes that come with Wildsage, after those of `<home>/runtimes.json`, which go first. */
export function loadRuntimes(home: string): RuntimeTable {
  const runtimes = [...read(join(home, 'runtimes.json'), []), ...read(OWN_TABLE, [PYTHON_FOLDER])];
  const found = new Map<string, Runtime>();
  return {
    runtimes,
    find(image) {
      const known = found.get(image) ?? runtimes.find((runtime) => matches(runtime, image));
      if (!known) throw unknownImage(runtimes, image);
      if (found.size < 1000) found.set(image, known);
      return known;
    },
  };
}

function matches(runtime: Runtime, image: string): boolean {
  const { repository, tag } = parseImage(image);
  if (!runtime.repositories.includes(repository)) return false;
  // A digest alone tells nothing of the version that is meant: any of the repository will do.
  return tag === undefined || hasTag(runtime, tag);
}

export const hasTag = (runtime: Runtime, tag: string): boolean =>
  runtime.tags.some((pattern) => wildcard(pattern).test(tag));

const wildcard = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);

function unknownImage(runtimes: readonly Runtime[], image: string) {
  const { repository } = parseImage(image);
  const same = runtimes.filter((runtime) => runtime.repositories.includes(repository));
  const there = same.length
    ? `Tags of ${repository} that run: ${[...new Set(same.flatMap((runtime) => runtime.tags))].join(', ')}.`
    : `Repositories that run: ${[...new Set(runtimes.flatMap((runtime) => runtime.repositories))].sort().join(', ')}.`;
  return validationError(
    `No runtime for image "${image}". ${there} A runtime of your own can be entered in runtimes.json in the platform's home.`,
  );
}

function read(file: string, pythonPath: readonly string[]): Runtime[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(entries)) throw new Error(`${file} must hold an array of runtimes`);
  return entries.map((entry, index) => runtimeOf(entry, `${file}, runtime ${index + 1}`, dirname(file), pythonPath));
}

function runtimeOf(entry: unknown, where: string, folder: string, pythonPath: readonly string[]): Runtime {
  if (typeof entry !== 'object' || entry === null) throw new Error(`${where} must be an object`);
  const fields = entry as Record<string, unknown>;
  const name = fields.name;
  if (typeof name !== 'string' || !/^[\w.-]+$/.test(name)) {
    throw new Error(`${where}: "name" must be letters, digits, "-", "_" and "."`);
  }
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(folder, path));
  const requirements = text(fields.requirements, where, 'requirements');
  const environment = (fields.environment ?? {}) as Record<string, unknown>;
  return {
    name,
    repositories: texts(fields.repositories, where, 'repositories') ?? [],
    tags: texts(fields.tags, where, 'tags') ?? ['*'],
    requirements: requirements && absolute(requirements),
    python: text(fields.python, where, 'python'),
    train: texts(fields.train ?? fields.command, where, 'train'),
    serve: texts(fields.serve ?? fields.command, where, 'serve'),
    enter: texts(fields.enter, where, 'enter'),
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])),
    pythonPath: [...pythonPath, ...(texts(fields.pythonPath, where, 'pythonPath') ?? []).map(absolute)],
  };
}

function text(value: unknown, where: string, field: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`${where}: "${field}" must be a text`);
}

function texts(value: unknown, where: string, field: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new Error(`${where}: "${field}" must be an array of texts`);
}
