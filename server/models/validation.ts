import type { ConstraintFile, Facts } from './constraints.ts';
import { patternTest } from './patterns.ts';

/** Adds a sentence for each constraint that `value` breaks; `path` is spelled as AWS does: `tags.1.member.key`. */
type Check = (value: unknown, path: string, failures: string[]) => void;

/** AWS answers with at most this many sentences, and so a hostile input cannot make an endless one. */
const MAX_FAILURES = 10;
const MAX_SHOWN = 256;

/**
 * Compiles the checks of a service's inputs, each at its first use. A check gives the sentences about what is wrong,
 * in the form that AWS services use, or nothing.
 */
export function compileValidation({ inputs, shapes }: ConstraintFile): (operation: string, input: unknown) => string[] {
  const compiled = new Map<string, Check>();
  const checkOf = (name: string): Check => {
    const found = compiled.get(name);
    if (found) return found;
    let real: Check | undefined;
    // Structures may contain themselves: what is put in the table first only points to what is compiled next.
    compiled.set(name, (value, path, failures) => real!(value, path, failures));
    real = compileCheck(shapes[name]!, shapes, checkOf);
    compiled.set(name, real);
    return real;
  };
  return (operation, input) => {
    const name = inputs[operation];
    if (!name) return [];
    const failures: string[] = [];
    checkOf(name)(input ?? {}, '', failures);
    return failures;
  };
}

function compileCheck(facts: Facts, shapes: ConstraintFile['shapes'], checkOf: (name: string) => Check): Check {
  switch (facts.type) {
    case 'structure':
      return structureCheck(facts, checkOf);
    case 'list':
      return listCheck(facts, checkOf(facts.member), shapes[facts.member]!);
    case 'map':
      return mapCheck(facts, [checkOf(facts.key), shapes[facts.key]!], [checkOf(facts.value), shapes[facts.value]!]);
    case 'string':
      return stringCheck(facts);
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return rangeCheck(facts);
    case 'blob':
      return (value, path, failures) => {
        if (value instanceof Uint8Array) checkLength(value.length, facts, '<binary>', path, failures);
      };
    default:
      return () => {};
  }
}

function structureCheck(facts: Extract<Facts, { type: 'structure' }>, checkOf: (name: string) => Check): Check {
  if (facts.document) return () => {};
  const required = new Set(facts.required);
  let members: { name: string; label: string; required: boolean; check: Check }[] | undefined;
  return (value, path, failures) => {
    members ??= Object.entries(facts.members).map(([name, shape]) => ({
      name,
      label: lowerFirst(name),
      required: required.has(name),
      check: checkOf(shape),
    }));
    const record = value as Record<string, unknown>;
    for (const member of members) {
      const given = record[member.name];
      if (given === undefined || given === null) {
        if (member.required) fail(failures, null, join(path, member.label), 'Member must not be null');
      } else {
        member.check(given, join(path, member.label), failures);
      }
      if (failures.length >= MAX_FAILURES) return;
    }
  };
}

function listCheck(facts: Extract<Facts, { type: 'list' }>, check: Check, member: Facts): Check {
  const asOne = isScalar(member) ? `Member must satisfy constraint: [${constraintsIn(member)}]` : undefined;
  return (value, path, failures) => {
    const list = value as unknown[];
    checkLength(list.length, facts, list, path, failures);
    if (asOne) {
      if (anyBreaks(check, list)) fail(failures, list, path, asOne);
      return;
    }
    for (let i = 0; i < list.length && failures.length < MAX_FAILURES; i++) {
      check(list[i], `${path}.${i + 1}.member`, failures);
    }
  };
}

function mapCheck(
  facts: Extract<Facts, { type: 'map' }>,
  [checkKey, key]: [Check, Facts],
  [checkEntry, entry]: [Check, Facts],
): Check {
  const keys = `Map keys must satisfy constraint: [${constraintsIn(key)}]`;
  const values = isScalar(entry) ? `Map value must satisfy constraint: [${constraintsIn(entry)}]` : undefined;
  return (value, path, failures) => {
    const map = value as Record<string, unknown>;
    const names = Object.keys(map);
    checkLength(names.length, facts, map, path, failures);
    if (anyBreaks(checkKey, names)) fail(failures, map, path, keys);
    if (values) {
      if (anyBreaks(checkEntry, Object.values(map))) fail(failures, map, path, values);
      return;
    }
    for (const name of names) {
      if (failures.length >= MAX_FAILURES) return;
      checkEntry(map[name], `${path}.${name}.member`, failures);
    }
  };
}

/** AWS does not tell which item of a list or map of plain values is wrong: it shows all of it, and what each must be. */
const isScalar = ({ type }: Facts) => type !== 'structure' && type !== 'list' && type !== 'map';

function anyBreaks(check: Check, values: readonly unknown[]): boolean {
  const failures: string[] = [];
  for (const value of values) {
    check(value, '', failures);
    if (failures.length > 0) return true;
  }
  return false;
}

function constraintsIn(facts: Facts): string {
  const { min, max, pattern, enum: allowed } = facts as Extract<Facts, { enum?: string[] }>;
  const measure = NUMBERS.has(facts.type) ? 'value' : 'length';
  const all = [
    max !== undefined && `Member must have ${measure} less than or equal to ${max}`,
    min !== undefined && `Member must have ${measure} greater than or equal to ${min}`,
    pattern !== undefined && mustMatch(pattern),
    allowed && mustBeOneOf(allowed),
  ];
  return all.filter(Boolean).join(', ');
}

const NUMBERS = new Set<Facts['type']>(['integer', 'long', 'float', 'double']);
const mustMatch = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`;
const mustBeOneOf = (allowed: readonly string[]) => `Member must satisfy enum value set: [${allowed.join(', ')}]`;

function stringCheck(facts: Extract<Facts, { enum?: string[] }>): Check {
  const fitsPattern = facts.pattern === undefined ? undefined : patternTest(facts.pattern);
  const allowed = facts.enum && new Set(facts.enum);
  return (value, path, failures) => {
    const text = value as string;
    const fits = checkLength(text.length, facts, text, path, failures);
    if (allowed && !allowed.has(text)) {
      fail(failures, text, path, mustBeOneOf(facts.enum!));
    }
    // A text that is too long is not matched as well: what a pattern costs stays bounded.
    if (fits && fitsPattern && !fitsPattern(text)) {
      fail(failures, text, path, mustMatch(facts.pattern!));
    }
  };
}

function rangeCheck({ type, min, max }: Extract<Facts, { min?: number }>): Check {
  const whole = type === 'integer' || type === 'long';
  return (value, path, failures) => {
    const number = value as number;
    if (whole && !Number.isInteger(number)) fail(failures, number, path, 'Member must be a whole number');
    else if (min !== undefined && number < min) {
      fail(failures, number, path, `Member must have value greater than or equal to ${min}`);
    } else if (max !== undefined && number > max) {
      fail(failures, number, path, `Member must have value less than or equal to ${max}`);
    }
  };
}

function checkLength(
  length: number,
  { min, max }: { min?: number; max?: number },
  value: unknown,
  path: string,
  failures: string[],
): boolean {
  if (min !== undefined && length < min) {
    fail(failures, value, path, `Member must have length greater than or equal to ${min}`);
    return false;
  }
  if (max !== undefined && length > max) {
    fail(failures, value, path, `Member must have length less than or equal to ${max}`);
    return false;
  }
  return true;
}

function fail(failures: string[], value: unknown, path: string, constraint: string) {
  const shown = value === null ? 'Value null' : `Value '${show(value)}'`;
  failures.push(`${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
}

function show(value: unknown): string {
  const text = javaText(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** As Java prints lists and maps, as far as anyone will see it. */
function javaText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  let text = '';
  for (const key in value) {
    if (text.length > MAX_SHOWN) break;
    const item = javaText((value as Record<string, unknown>)[key]);
    text += `${text && ', '}${isList ? '' : `${key}=`}${item}`;
  }
  return isList ? `[${text}]` : `{${text}}`;
}

const join = (path: string, label: string) => (path ? `${path}.${label}` : label);
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
