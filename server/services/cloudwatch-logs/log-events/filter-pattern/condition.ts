import { invalidPattern, type Scanner } from './scanner.ts';
import { regularExpression, wildcard } from './text-match.ts';

/** A test of one value: a JSON value, or a word of a message. Objects and arrays match nothing. */
export type ValueTest = (value: unknown) => boolean;

const OPERATORS = ['!=', '<=', '>=', '=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

const UNQUOTED = /[^\s"%()[\]{},&|=<>!]+/y;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** Reads `= 4*`, `!= "x"`, `>= 1e3`, `= %re%`; undefined when no operator comes next. */
export function comparison(scanner: Scanner): ValueTest | undefined {
  const operator = OPERATORS.find((candidate) => scanner.take(candidate));
  if (!operator) return undefined;
  const test = valueTest(scanner, operator);
  return (value) => (isScalar(value) ? test(value) : false);
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function valueTest(scanner: Scanner, operator: Operator): (value: string | number | boolean) => boolean {
  const source = scanner.delimited('%');
  if (source !== undefined) return textTest(operator, regularExpression(source));
  const quoted = scanner.delimited('"');
  if (quoted !== undefined) return textTest(operator, wildcard(quoted));
  const text = scanner.match(UNQUOTED);
  if (text === undefined) throw invalidPattern(`a value is missing at position ${scanner.at}`);
  return NUMBER.test(text) ? numberTest(operator, text) : textTest(operator, wildcard(text));
}

function textTest(operator: Operator, matches: (text: string) => boolean) {
  if (operator !== '=' && operator !== '!=') throw invalidPattern(`'${operator}' compares numbers only`);
  return (value: string | number | boolean) => matches(String(value)) === (operator === '=');
}

function numberTest(operator: Operator, text: string) {
  const wanted = Number(text);
  return (value: string | number | boolean): boolean => {
    const number = numberIn(value);
    switch (operator) {
      case '=':
        return number === undefined ? value === text : number === wanted;
      case '!=':
        return number === undefined ? value !== text : number !== wanted;
      case '<':
        return number !== undefined && number < wanted;
      case '<=':
        return number !== undefined && number <= wanted;
      case '>':
        return number !== undefined && number > wanted;
      case '>=':
        return number !== undefined && number >= wanted;
    }
  };
}

const numberIn = (value: string | number | boolean): number | undefined => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined;
};

/** `a && b || (c)`: what `operand` reads, joined; `&&` binds closer. */
export function anyOf<T>(scanner: Scanner, operand: () => (subject: T) => boolean): (subject: T) => boolean {
  const allOf = () => joined(scanner, '&&', () => group(scanner, operand), 'every');
  return joined(scanner, '||', allOf, 'some');
}

function group<T>(scanner: Scanner, operand: () => (subject: T) => boolean): (subject: T) => boolean {
  if (!scanner.take('(')) return operand();
  const inside = anyOf(scanner, operand);
  scanner.expect(')');
  return inside;
}

function joined<T>(
  scanner: Scanner,
  operator: string,
  operand: () => (subject: T) => boolean,
  join: 'some' | 'every',
): (subject: T) => boolean {
  const parts = [operand()];
  while (scanner.take(operator)) parts.push(operand());
  return parts.length === 1 ? parts[0]! : (subject) => parts[join]((part) => part(subject));
}
