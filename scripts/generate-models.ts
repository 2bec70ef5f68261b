/**
 * Writes what the AWS SDK's schemas, from which everything else is taken, do not carry, as bare facts out of botocore's
 * API models: to `server/models/generated/<service>.json` the input constraints (required members, lengths, ranges,
 * patterns, enums) of every operation, and to `floats.json` which members of outputs are floating-point numbers.
 *
 *     node scripts/generate-models.ts BOTOCORE_DATA_FOLDER
 *
 * where the folder is the one that `python -c 'import botocore; print(botocore.__path__[0] + "/data")'` prints.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { services } from '../server/models/services.ts';

interface BotoShape {
  type: string;
  members?: Record<string, { shape: string }>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  required?: string[];
  enum?: string[];
  pattern?: string;
  min?: number;
  max?: number;
  document?: boolean;
}
interface BotoModel {
  operations: Record<string, { input?: { shape: string }; output?: { shape: string } }>;
  shapes: Record<string, BotoShape>;
}

function modelOf(dataFolder: string, botocoreName: string): BotoModel {
  const folder = join(dataFolder, botocoreName);
  const version = readdirSync(folder).sort().at(-1)!;
  const packed = join(folder, version, 'service-2.json.gz');
  const text = existsSync(packed)
    ? gunzipSync(readFileSync(packed)).toString()
    : readFileSync(join(folder, version, 'service-2.json'), 'utf8');
  return JSON.parse(text) as BotoModel;
}

/** The names of all shapes that these lead to, themselves included. */
function reachable({ shapes }: BotoModel, from: Iterable<string>): Set<string> {
  const reached = new Set<string>();
  const reach = (name: string) => {
    if (reached.has(name)) return;
    reached.add(name);
    const shape = shapes[name]!;
    for (const member of Object.values(shape.members ?? {})) reach(member.shape);
    for (const part of [shape.member, shape.key, shape.value]) if (part) reach(part.shape);
  };
  for (const name of from) reach(name);
  return reached;
}

/** Gives the text of one service's constraint file. */
export function constraintsOf(dataFolder: string, botocoreName: string): string {
  const model = modelOf(dataFolder, botocoreName);
  const inputs: Record<string, string> = {};
  for (const [operation, { input }] of Object.entries(model.operations)) if (input) inputs[operation] = input.shape;
  const reached = reachable(model, Object.values(inputs));
  const shapes = Object.fromEntries([...reached].sort().map((name) => [name, factsOf(model.shapes[name]!)]));
  const lines = Object.entries(shapes).map(([name, facts]) => `${JSON.stringify(name)}:${JSON.stringify(facts)}`);
  return `{"inputs":${JSON.stringify(inputs)},\n"shapes":{\n${lines.join(',\n')}\n}}\n`;
}

function factsOf(shape: BotoShape) {
  const limits = { min: shape.min, max: shape.max };
  switch (shape.type) {
    case 'structure':
      return {
        type: 'structure',
        members: Object.fromEntries(Object.entries(shape.members ?? {}).map(([name, { shape }]) => [name, shape])),
        required: shape.required?.length ? shape.required : undefined,
        document: shape.document,
      };
    case 'list':
      return { type: 'list', member: shape.member!.shape, ...limits };
    case 'map':
      return { type: 'map', key: shape.key!.shape, value: shape.value!.shape, ...limits };
    default:
      return { type: shape.type, ...limits, pattern: shape.pattern, enum: shape.enum };
  }
}

/** Gives the text of the file of floating-point members: of each service's structures, those that hold such numbers. */
export function floatsOf(dataFolder: string, services: readonly { id: string; botocoreName: string }[]): string {
  const lines = services.map(({ id, botocoreName }) => {
    const model = modelOf(dataFolder, botocoreName);
    const outputs = Object.values(model.operations).flatMap(({ output }) => (output ? [output.shape] : []));
    const structures = [...reachable(model, outputs)].sort().flatMap((name) => {
      const members = Object.entries(model.shapes[name]!.members ?? {});
      const floats = members.filter(([, { shape }]) => holdsFloats(model, shape)).map(([member]) => member);
      return floats.length > 0 ? [[name, floats]] : [];
    });
    return `${JSON.stringify(id)}:${JSON.stringify(Object.fromEntries(structures))}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** Itself a floating-point number, or a list or map of such. */
function holdsFloats(model: BotoModel, name: string): boolean {
  const { type, member, value } = model.shapes[name]!;
  const inside = member ?? value;
  return type === 'float' || type === 'double' || (inside !== undefined && holdsFloats(model, inside.shape));
}

if (import.meta.main) {
  const dataFolder = process.argv[2];
  if (!dataFolder) throw new Error('usage: node scripts/generate-models.ts BOTOCORE_DATA_FOLDER');
  const write = (name: string, text: string) => {
    writeFileSync(new URL(`../server/models/generated/${name}.json`, import.meta.url), text);
    console.log(`${name}.json`);
  };
  for (const { id, botocoreName } of services) write(id, constraintsOf(dataFolder, botocoreName));
  write('floats', floatsOf(dataFolder, services));
}
