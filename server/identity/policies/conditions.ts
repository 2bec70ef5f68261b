import { BlockList, isIP } from 'node:net';
import { type ConditionBlock, malformedPolicy } from './document.ts';
import { ofFirstPartition } from './partitions.ts';
import { globMatcher, patternMatcher, substitute } from './pattern.ts';
import type { ContextValue, PolicyRequest } from './request.ts';

export type Condition = (request: PolicyRequest) => boolean;

/** Says whether one value of the request fits one value of the policy. */
type Test = (actual: string, request: PolicyRequest) => boolean;

interface Operator {
  /** Makes the test for one value of the policy. */
  test(expected: string, withVariables: boolean): Test;
  readonly negated?: boolean;
}

/** All conditions of a statement, of which every one must hold. Throws `MalformedPolicyDocument`. */
export function compileConditions(block: ConditionBlock, withVariables: boolean): Condition[] {
  return Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compileCondition(operator, key.toLowerCase(), values, withVariables)),
  );
}

function compileCondition(name: string, key: string, values: readonly string[], withVariables: boolean): Condition {
  const [, set, base, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
  if (base === 'Null') {
    const wantsMissing = values.map((value) => value.toLowerCase() === 'true');
    return (request) => wantsMissing.includes(isMissing(request.value(key)));
  }
  const operator = operators[base ?? ''];
  if (!operator) throw malformedPolicy(`Invalid Condition type : ${name}.`);
  const tests = values.map((value) => operator.test(value, withVariables));
  const { negated = false } = operator;
  const fits = (actual: string, request: PolicyRequest) => tests.some((test) => test(actual, request)) !== negated;

  return (request) => {
    const value = request.value(key);
    if (isMissing(value)) return ifExists !== undefined || set === 'ForAllValues' || (negated && set === undefined);
    if (typeof value === 'string') return fits(value, request);
    // Without a set operator a negated test must hold for all values, as no value may be an excluded one.
    const all = set === 'ForAllValues' || (set === undefined && negated);
    return all ? value!.every((item) => fits(item, request)) : value!.some((item) => fits(item, request));
  };
}

const isMissing = (value: ContextValue): boolean => value === undefined || value.length === 0;

const text =
  (compare: (actual: string, expected: string) => boolean): Operator['test'] =>
  (expected, withVariables) =>
    withVariables && expected.includes('${')
      ? (actual, request) => {
          const filled = substitute(expected, request);
          return filled !== undefined && compare(actual, filled);
        }
      : (actual) => compare(actual, expected);

const numbers =
  (compare: (actual: number, expected: number) => boolean): Operator['test'] =>
  (expected) => {
    const wanted = numberOf(expected);
    // NaN on either side makes every comparison false.
    return (actual) => compare(numberOf(actual), wanted);
  };

const dates =
  (compare: (actual: number, expected: number) => boolean): Operator['test'] =>
  (expected) => {
    const wanted = dateOf(expected);
    return (actual) => compare(dateOf(actual), wanted);
  };

const numberOf = (value: string): number => (value.trim() === '' ? Number.NaN : Number(value));
const dateOf = (value: string): number => (/^-?\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value));

const equal = (a: number | string, b: number | string) => a === b;
const equalIgnoringCase = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const like: Operator['test'] = (expected, withVariables) => patternMatcher(expected, withVariables);

/** Each of an ARN's six parts by itself, so that a `*` does not reach over a colon. */
const arn: Operator['test'] = (expected, withVariables) => {
  const fixed = withVariables && expected.includes('${') ? undefined : arnMatcher(expected);
  if (fixed) return fixed;
  return (actual, request) => {
    const filled = substitute(expected, request);
    return filled !== undefined && arnMatcher(filled)(actual);
  };
};

function arnMatcher(expected: string): (actual: string) => boolean {
  const parts = arnParts(ofFirstPartition(expected)).map(globMatcher);
  if (parts.length < 6) return () => false;
  return (actual) => {
    const actualParts = arnParts(ofFirstPartition(actual));
    return actualParts.length === 6 && parts.every((fits, i) => fits(actualParts[i]!));
  };
}

function arnParts(value: string): string[] {
  const parts = value.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const ip: Operator['test'] = (expected) => {
  const [address = '', bits] = expected.split('/');
  const version = isIP(address);
  const length = bits === undefined ? (version === 6 ? 128 : 32) : Number(bits);
  if (version === 0 || !(length >= 0 && length <= (version === 6 ? 128 : 32))) return () => false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(address, length, family);
  return (actual) => isIP(actual) > 0 && list.check(actual, isIP(actual) === 6 ? 'ipv6' : 'ipv4');
};

const not = (test: Operator['test']): Operator => ({ test, negated: true });

const operators: Readonly<Record<string, Operator | undefined>> = {
  __proto__: null as never,
  StringEquals: { test: text(equal) },
  StringNotEquals: not(text(equal)),
  StringEqualsIgnoreCase: { test: text(equalIgnoringCase) },
  StringNotEqualsIgnoreCase: not(text(equalIgnoringCase)),
  StringLike: { test: like },
  StringNotLike: not(like),
  NumericEquals: { test: numbers(equal) },
  NumericNotEquals: not(numbers(equal)),
  NumericLessThan: { test: numbers((a, b) => a < b) },
  NumericLessThanEquals: { test: numbers((a, b) => a <= b) },
  NumericGreaterThan: { test: numbers((a, b) => a > b) },
  NumericGreaterThanEquals: { test: numbers((a, b) => a >= b) },
  DateEquals: { test: dates(equal) },
  DateNotEquals: not(dates(equal)),
  DateLessThan: { test: dates((a, b) => a < b) },
  DateLessThanEquals: { test: dates((a, b) => a <= b) },
  DateGreaterThan: { test: dates((a, b) => a > b) },
  DateGreaterThanEquals: { test: dates((a, b) => a >= b) },
  Bool: { test: text(equalIgnoringCase) },
  BinaryEquals: { test: text(equal) },
  IpAddress: { test: ip },
  NotIpAddress: not(ip),
  ArnEquals: { test: arn },
  ArnLike: { test: arn },
  ArnNotEquals: not(arn),
  ArnNotLike: not(arn),
};
