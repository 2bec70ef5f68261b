import { dirname, join, normalize } from 'node:path/posix';

/** Each floor of `server/`, and the floors whose values and types it may import. Floors without others stand on none. */
const floors: Readonly<Record<string, readonly string[]>> = {
  models: [],
  resources: [],
  protocols: ['models'],
  identity: ['resources'],
  objects: ['resources'],
  telemetry: ['resources'],
  controllers: ['resources'],
  compute: ['objects', 'telemetry', 'identity', 'resources'],
  gateway: ['protocols', 'models', 'identity'],
  proxy: [],
  services: ['compute', 'controllers', 'objects', 'telemetry', 'identity', 'resources', 'models', 'protocols'],
};

/** What a file imports: the specifier, and where it stands. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const STATEMENT =
  /^[ \t]*(?:import|export)\s+(?:type\s)?(?:[\w$*{][^'"`;]*?\sfrom\s*)?(?<quote>['"])(?<from>[^'"\n]+)\k<quote>|\bimport\(\s*['"](?<dynamic>[^'"\n]+)['"]\s*\)/gm;

const blank = (comment: string) => comment.replace(/[^\n]/g, ' ');

/** The imports of a TypeScript source. Biome keeps sources in one form, so that an expression is enough to find them. */
export function importsOf(source: string): Import[] {
  const code = source.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, blank).replace(/^[ \t]*\/\/.*$/gm, blank);
  return [...code.matchAll(STATEMENT)].map((match) => ({
    specifier: match.groups?.from ?? match.groups?.dynamic ?? '',
    line: code.slice(0, match.index + match[0].search(/\S/)).split('\n').length,
  }));
}

/** The room a file is in: `server/services/<service>/<feature>`, or the service's own folder for files right in it. */
const roomOf = (file: string) =>
  file
    .split('/')
    .slice(0, 4)
    .slice(0, file.split('/').length - 1)
    .join('/');

const floorOf = (file: string) => {
  const [top, floor, ...rest] = file.split('/');
  return top === 'server' && rest.length > 0 ? floor : undefined;
};

const isTest = (file: string) => /\.test\.ts$/.test(file);

function roomRule(from: string, to: string): string | undefined {
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === there || here.startsWith(`${there}/`) || to === `${there}/index.ts`) return undefined;
  return `${there} is another room: import its index.ts, or move what both need to a floor`;
}

function floorRule(from: string, to: string): string | undefined {
  const [here, there] = [floorOf(from), floorOf(to)];
  // Shared types (server/*.ts) speak of floors; commands and the wiring may see everything.
  if (here === undefined || here === 'cli' || here === there) return undefined;
  if (there === undefined) return to === 'server/main.ts' ? 'only server/cli starts the server' : undefined;
  const allowed = floors[here];
  if (!allowed) return `server/${here} has no place among the floors; give it one in scripts/import-rules.ts`;
  if (allowed.includes(there)) return undefined;
  const below = allowed.length > 0 ? `only on ${allowed.join(', ')}` : 'on no other floor';
  return `server/${here} stands ${below}, not on ${there}`;
}

/**
 * Why a file of `server/` may not import another, undefined when it may. Both are paths from the repository's root.
 * Tests may import any floor to set their scene, yet no other room.
 */
export function refusal(from: string, to: string): string | undefined {
  if (!from.startsWith('server/')) return undefined;
  if (!to.startsWith('server/')) return 'server/ imports nothing from outside server/ but packages';
  if (from.startsWith('server/services/') && to.startsWith('server/services/')) return roomRule(from, to);
  return isTest(from) ? undefined : floorRule(from, to);
}

/** Every import of `source` that breaks the rules, as `file:line: reason`. */
export function brokenRules(file: string, source: string): string[] {
  return importsOf(source).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return [];
    const target = normalize(join(dirname(file), specifier));
    const reason = refusal(file, target);
    return reason ? [`${file}:${line}: imports ${target}: ${reason}.`] : [];
  });
}
