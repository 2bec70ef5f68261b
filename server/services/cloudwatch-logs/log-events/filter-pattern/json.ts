import { anyOf, comparison, type ValueTest } from './condition.ts';
import type { MessageFilter } from './index.ts';
import { invalidPattern, Scanner } from './scanner.ts';

type JsonTest = (message: unknown) => boolean;
/** A property's name, a place in an array, or all places. */
type Step = string | number | typeof EACH;
const EACH = Symbol('each element');

const NAME = /[^\s.[\](){}=<>!&|"'%,]+/y;

/** `{ $.level = "ERROR" && $.size > 3 }`. Messages that are not JSON do not match. */
export function jsonPattern(pattern: string): MessageFilter {
  const scanner = new Scanner(pattern);
  scanner.expect('{');
  const test = anyOf<unknown>(scanner, () => condition(scanner));
  scanner.expect('}');
  if (!scanner.isAtEnd) throw invalidPattern(`nothing may follow the '}' at position ${scanner.at - 1}`);
  return (message) => {
    const value = parsed(message);
    return value !== undefined && test(value);
  };
}

function parsed(message: string): unknown {
  // Most lines are no JSON, and to find that out by parsing costs many times what looking at both ends does.
  const text = message.trim();
  const ends = `${text.at(0)}${text.at(-1)}`;
  if (ends !== '{}' && ends !== '[]') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function condition(scanner: Scanner): JsonTest {
  const steps = selector(scanner);
  if (scanner.match(/NOT\s+EXISTS\b/iy)) return (message) => valuesAt(message, steps).length === 0;
  if (scanner.match(/EXISTS\b/iy)) return (message) => valuesAt(message, steps).length > 0;
  const test = state(scanner) ?? comparison(scanner);
  if (!test) throw invalidPattern(`a comparison is missing at position ${scanner.at}`);
  return (message) => valuesAt(message, steps).some(test);
}

function state(scanner: Scanner): ValueTest | undefined {
  const word = scanner.match(/IS\s+(NULL|TRUE|FALSE)\b/iy)?.toUpperCase();
  if (!word) return undefined;
  const wanted = word.endsWith('NULL') ? null : word.endsWith('TRUE');
  return (value) => value === wanted;
}

/** `$.users[0].name`, `$.list[*].id`, `$['a name']`, `$.["a name"]`. */
function selector(scanner: Scanner): Step[] {
  scanner.expect('$');
  const steps: Step[] = [];
  for (;;) {
    const hasDot = scanner.text[scanner.at] === '.';
    if (hasDot) scanner.at++;
    if (scanner.text[scanner.at] === '[') steps.push(bracketed(scanner));
    else if (hasDot) steps.push(named(scanner));
    else break;
  }
  if (steps.length === 0) throw invalidPattern(`a property is missing after '$' at position ${scanner.at}`);
  return steps;
}

function named(scanner: Scanner): Step {
  const name = scanner.match(NAME);
  if (name === undefined) throw invalidPattern(`a property is missing at position ${scanner.at}`);
  return name === '*' ? EACH : name;
}

function bracketed(scanner: Scanner): Step {
  scanner.expect('[');
  const step = scanner.take('*') ? EACH : (scanner.delimited("'") ?? scanner.delimited('"') ?? index(scanner));
  scanner.expect(']');
  return step;
}

function index(scanner: Scanner): number {
  const digits = scanner.match(/\d+/y);
  if (digits === undefined) throw invalidPattern(`an index, a quoted name or * is missing at position ${scanner.at}`);
  return Number(digits);
}

function valuesAt(message: unknown, steps: readonly Step[]): unknown[] {
  let values = [message];
  for (const step of steps) values = values.flatMap((value) => valuesIn(value, step));
  return values;
}

function valuesIn(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === EACH) return Object.values(value);
  if (Array.isArray(value)) return typeof step === 'number' && step < value.length ? [value[step]] : [];
  return Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
}
