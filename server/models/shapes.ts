import type { NormalizedSchema } from '@smithy/core/schema';

/**
 * The AWS SDK's runtime schemas, unfolded once into plain nodes that codecs can compile from. Nodes of recursive
 * structures refer to each other, so a consumer compiles lazily.
 */
export type Shape = StructureShape | ListShape | MapShape | ScalarShape;

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

export interface ScalarShape {
  readonly type: 'string' | 'boolean' | 'number' | 'blob' | 'timestamp' | 'document' | 'unit';
  /** Only when the model names one; each protocol has its default. */
  readonly timestampFormat?: TimestampFormat;
  readonly streaming?: boolean;
  /** A floating-point number, which is written as one even when it is whole: 2.0. */
  readonly floating?: boolean;
}
export interface ListShape {
  readonly type: 'list';
  readonly member: Member;
}
export interface MapShape {
  readonly type: 'map';
  readonly key: Member;
  readonly value: Member;
}
export interface StructureShape {
  readonly type: 'structure' | 'union';
  readonly name: string;
  readonly members: readonly Member[];
  /** How many of the first members are required. */
  readonly requiredCount: number;
  /** Event streams are unions whose member carries `streaming`. */
  readonly isError: boolean;
  readonly traits: Traits;
}
export interface Member {
  readonly name: string;
  readonly traits: Traits;
  /** A getter's result: structures may contain themselves. */
  readonly shape: Shape;
}
/** Smithy traits as the SDK's schemas spell them: httpHeader, httpQuery, httpLabel, xmlName, xmlFlattened … */
export interface Traits {
  readonly httpLabel?: 1;
  readonly httpHeader?: string;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly httpError?: number;
  readonly awsQueryError?: readonly [string, number];
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly xmlAttribute?: 1;
  readonly xmlNamespace?: readonly [string, string] | string;
  readonly streaming?: 1;
  readonly sensitive?: 1;
}

const known = new WeakMap<object, Shape>();
const scalars = new Map<string, ScalarShape>();

/**
 * Which members of structures hold floating-point numbers, by the structure's name. The SDK's schemas know numbers only.
 */
export type FloatingMembers = Readonly<Record<string, readonly string[] | undefined>>;

/** Gives the node of a schema; the same schema gives the same node. */
export function shapeOf(schema: NormalizedSchema, floats: FloatingMembers = {}): Shape {
  return nodeOf(schema, floats, false);
}

/** `floating`: whether numbers in it are, down to the next structure. */
function nodeOf(schema: NormalizedSchema, floats: FloatingMembers, floating: boolean): Shape {
  const raw = schema.getSchema();
  // Lists and maps of numbers are shared by members of which only some are floating.
  const key = typeof raw === 'object' && raw !== null && !floating ? (raw as object) : undefined;
  const found = key && known.get(key);
  if (found) return found;
  const shape = build(schema, floats, floating);
  if (key) known.set(key, shape);
  return shape;
}

function build(schema: NormalizedSchema, floats: FloatingMembers, floating: boolean): Shape {
  if (schema.isStructSchema()) return structure(schema, floats);
  if (schema.isListSchema()) {
    return { type: 'list', member: memberOf('member', schema.getValueSchema(), floats, floating) };
  }
  if (schema.isMapSchema()) {
    return {
      type: 'map',
      key: memberOf('key', schema.getKeySchema(), floats),
      value: memberOf('value', schema.getValueSchema(), floats, floating),
    };
  }
  return scalar(schema, floating);
}

function structure(schema: NormalizedSchema, floats: FloatingMembers): StructureShape {
  const raw = schema.getSchema() as unknown as [number, string, string, unknown, string[], unknown[], number?];
  const name = schema.getName() ?? '';
  let members: Member[] | undefined;
  return {
    type: schema.isUnionSchema() ? 'union' : 'structure',
    name,
    get members() {
      members ??= [...schema.structIterator()].map(([member, its]) =>
        memberOf(member, its, floats, floats[name]?.includes(member)),
      );
      return members;
    },
    requiredCount: raw[6] ?? 0,
    isError: raw[0] === -3,
    traits: schema.getOwnTraits() as Traits,
  };
}

function memberOf(name: string, schema: NormalizedSchema, floats: FloatingMembers, floating = false): Member {
  const traits = schema.getMergedTraits() as Traits;
  let shape: Shape | undefined;
  return {
    name,
    traits,
    get shape() {
      shape ??= nodeOf(schema, floats, floating);
      return shape;
    },
  };
}

const timestampFormats: Record<number, TimestampFormat> = { 5: 'date-time', 6: 'http-date', 7: 'epoch-seconds' };

function scalar(schema: NormalizedSchema, holdsFloats: boolean): ScalarShape {
  const type = scalarType(schema);
  const timestampFormat = type === 'timestamp' ? timestampFormats[schema.getSchema() as number] : undefined;
  const streaming = type === 'blob' && schema.isStreaming();
  const floating = type === 'number' && holdsFloats;
  const key = `${type} ${timestampFormat} ${streaming} ${floating}`;
  let found = scalars.get(key);
  if (!found) {
    found = { type, timestampFormat, streaming, floating };
    scalars.set(key, found);
  }
  return found;
}

function scalarType(schema: NormalizedSchema): ScalarShape['type'] {
  if (schema.isUnitSchema()) return 'unit';
  if (schema.isBlobSchema()) return 'blob';
  if (schema.isTimestampSchema()) return 'timestamp';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isDocumentSchema()) return 'document';
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return 'number';
  return 'string';
}
