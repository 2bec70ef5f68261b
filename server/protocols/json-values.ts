import type { Member, Shape, StructureShape } from '../models/shapes.ts';
import { blobFromText, floatingText, timestampFrom, wrongType } from './scalars.ts';

type Decode = (value: unknown, path: string) => unknown;
type Encode = (value: unknown) => unknown;

const decoders = new WeakMap<Shape, Decode>();
const encoders = new WeakMap<Shape, Encode>();

/** Parsed JSON (or CBOR) to the handler's types: dates, bytes, only members that the model knows, nulls dropped. */
export function decoderOf(shape: Shape): Decode {
  return lazily(decoders, shape, compileDecoder);
}

/** The handler's types to what JSON.stringify takes: epoch seconds, base64, only members that the model knows. */
export function encoderOf(shape: Shape): Encode {
  return lazily(encoders, shape, compileEncoder);
}

/** Compiles at the first use, so that structures may contain themselves. */
function lazily<F extends (...values: never[]) => unknown>(
  table: WeakMap<Shape, F>,
  shape: Shape,
  compile: (shape: Shape) => F,
): F {
  const found = table.get(shape);
  if (found) return found;
  let real: F | undefined;
  const late = ((...values: never[]) => {
    if (!real) {
      real = compile(shape);
      table.set(shape, real);
    }
    return real(...values);
  }) as F;
  table.set(shape, late);
  return late;
}

function compileDecoder(shape: Shape): Decode {
  switch (shape.type) {
    case 'structure':
    case 'union':
      return structureDecoder(shape);
    case 'list': {
      const member = decoderOf(shape.member.shape);
      return (value, path) => {
        if (!Array.isArray(value)) throw wrongType(value, 'list', path);
        return value.filter((item) => item !== null).map((item, index) => member(item, `${path}.${index + 1}`));
      };
    }
    case 'map':
      return mapDecoder(decoderOf(shape.value.shape));
    case 'string':
    case 'number':
    case 'boolean':
      return scalarDecoder(shape.type);
    case 'timestamp':
      return (value, path) => (value instanceof Date ? value : timestampFrom(value, path));
    case 'blob':
      return (value, path) => {
        if (value instanceof Uint8Array) return value;
        if (typeof value !== 'string') throw wrongType(value, 'blob', path);
        return blobFromText(value, path);
      };
    default:
      return (value) => value;
  }
}

function scalarDecoder(type: 'string' | 'number' | 'boolean'): Decode {
  if (type === 'number') {
    return (value, path) => {
      if (typeof value === 'number') return value;
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      if (typeof value === 'bigint') return Number(value);
      throw wrongType(value, type, path);
    };
  }
  return (value, path) => {
    if (typeof value !== type) throw wrongType(value, type, path);
    return value;
  };
}

function structureDecoder(shape: StructureShape): Decode {
  const members = new Map<string, Decode>();
  for (const member of shape.members) members.set(member.name, decoderOf(member.shape));
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, 'structure', path);
    const decoded: Record<string, unknown> = {};
    for (const key in value) {
      const decode = members.get(key);
      const item = (value as Record<string, unknown>)[key];
      if (decode && item !== null && item !== undefined) decoded[key] = decode(item, path ? `${path}.${key}` : key);
    }
    return decoded;
  };
}

function mapDecoder(decode: Decode): Decode {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, 'map', path);
    const decoded: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      if (item !== null) decoded.push([key, decode(item, `${path}.${key}`)]);
    }
    return Object.fromEntries(decoded);
  };
}

function compileEncoder(shape: Shape): Encode {
  switch (shape.type) {
    case 'structure':
    case 'union':
      return structureEncoder(shape.members);
    case 'list': {
      const encode = encoderOf(shape.member.shape);
      return (value) => (value as unknown[]).map(encode);
    }
    case 'map': {
      const encode = encoderOf(shape.value.shape);
      return (value) => Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, encode(item)]));
    }
    case 'timestamp':
      return (value) => (value as Date).getTime() / 1000;
    case 'blob':
      return (value) => (typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('base64'));
    case 'number':
      return shape.floating ? floatingJson : (value) => (Number.isFinite(value) ? value : String(value));
    default:
      return (value) => value;
  }
}

// Part of the language, which TypeScript's library does not know yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/** 2.0 rather than 2: typed clients, Python's among them, would take it for an integer. */
function floatingJson(value: unknown): unknown {
  if (!Number.isFinite(value)) return String(value);
  const text = floatingText(value as number);
  return text.endsWith('.0') ? rawJSON(text) : value;
}

function structureEncoder(members: readonly Member[]): Encode {
  const known = new Map(members.map((member) => [member.name, encoderOf(member.shape)]));
  return (value) => {
    const encoded: Record<string, unknown> = {};
    for (const key in value as object) {
      const encode = known.get(key);
      const item = (value as Record<string, unknown>)[key];
      if (encode && item !== undefined && item !== null) encoded[key] = encode(item);
    }
    return encoded;
  };
}
