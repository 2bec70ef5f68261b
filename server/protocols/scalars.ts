import { ServiceError } from '../errors.ts';
import type { ScalarShape, TimestampFormat } from '../models/shapes.ts';

/** What a client sent does not have the type that the model says. */
export const serializationError = (message: string) => new ServiceError('SerializationException', message);

const kinds: Record<string, string> = { string: 'STRING_VALUE', number: 'NUMBER_VALUE', boolean: 'TRUE_VALUE' };
const wanted: Record<string, string> = {
  string: 'a String',
  number: 'a Number',
  boolean: 'a Boolean',
  blob: 'a Blob',
  timestamp: 'a Timestamp',
  list: 'a List',
  map: 'a Map',
  structure: 'a Structure',
  union: 'a Union',
};

/** "NUMBER_VALUE can not be converted to a String", naming where. */
export function wrongType(value: unknown, type: string, path: string): ServiceError {
  const given = Array.isArray(value)
    ? 'START_ARRAY'
    : typeof value === 'object'
      ? 'START_OBJECT'
      : (kinds[typeof value] ?? typeof value);
  return serializationError(`${given} can not be converted to ${wanted[type] ?? type}${path ? ` at '${path}'` : ''}`);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function blobFromText(text: string, path: string): Uint8Array {
  if (!BASE64.test(text)) throw serializationError(`'${path}' is not valid base64`);
  return Buffer.from(text, 'base64');
}

/** Reads any of the three timestamp forms; clients are not strict about which. */
export function timestampFrom(value: unknown, path: string): Date {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && /^-?[\d.]+$/.test(value) ? Number(value) : NaN;
  const date = Number.isNaN(number) ? new Date(typeof value === 'string' ? value : NaN) : new Date(number * 1000);
  if (Number.isNaN(date.getTime()))
    throw serializationError(`'${path}' is not a timestamp: ${String(value).slice(0, 64)}`);
  return date;
}

export function timestampText(date: Date, format: TimestampFormat): string {
  if (format === 'http-date') return date.toUTCString();
  if (format === 'epoch-seconds') return String(date.getTime() / 1000);
  return date.toISOString();
}

/** Text (a header, query parameter, label, XML element, form field) to the value that the shape asks for. */
export function scalarFromText(shape: ScalarShape, text: string, path: string): unknown {
  switch (shape.type) {
    case 'boolean':
      if (text === 'true') return true;
      if (text === 'false') return false;
      throw serializationError(`'${path}' must be true or false, not '${text.slice(0, 64)}'`);
    case 'number':
      return numberFromText(text, path);
    case 'timestamp':
      return timestampFrom(text, path);
    case 'blob':
      return blobFromText(text, path);
    default:
      return text;
  }
}

const DECIMAL = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

function numberFromText(text: string, path: string): number {
  if (text === 'Infinity' || text === '-Infinity' || text === 'NaN') return Number(text);
  // Not everything that JavaScript reads as a number is one to others: 0x10, or no text at all.
  const number = DECIMAL.test(text) ? Number(text) : NaN;
  if (Number.isNaN(number)) throw serializationError(`'${path}' must be a number, not '${text.slice(0, 64)}'`);
  return number;
}

/** A value as text; `format` is for timestamps whose shape names none. */
export function scalarToText(shape: ScalarShape, value: unknown, format: TimestampFormat): string {
  if (shape.type === 'timestamp') return timestampText(value as Date, shape.timestampFormat ?? format);
  if (shape.type === 'blob') return Buffer.from(value as Uint8Array).toString('base64');
  return shape.floating ? floatingText(value as number) : String(value);
}

/** With a point even when it is whole. */
export function floatingText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
