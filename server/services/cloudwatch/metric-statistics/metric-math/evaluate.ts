import type { Call } from './call.ts';
import { timesOf } from './fill.ts';
import { FUNCTIONS } from './functions.ts';
import { MathError } from './math-error.ts';
import { calculate } from './operators.ts';
import type { Expression } from './parse.ts';
import { isSeries, mapPoints, type Series, type TimeRange, type Value } from './series.ts';

/** What names stand for in an expression. */
export interface Surroundings {
  readonly range: TimeRange;
  /** The result of another query of the request; undefined when there is none of that id. */
  lookUp(id: string): Value | undefined;
  /** The request's metrics (not its expressions), by id. */
  metrics(): readonly (readonly [id: string, series: Series])[];
  /** The metrics that a SEARCH is for, each with the statistic. Without a period, that of the expression. */
  search(terms: string, statistic: string, periodSeconds: number | undefined): readonly Series[];
  /** For what makes a series of a number: that of the request's metrics. */
  readonly periodSeconds: number;
}

const WORDS = new Set(['REPEAT', 'LINEAR', 'ASC', 'DESC', 'SUM', 'AVG', 'MIN', 'MAX', 'STDDEV']);

/** Works out an expression. Throws a MathError that says what cannot be done. */
export function evaluate(expression: Expression, surroundings: Surroundings): Value {
  switch (expression.type) {
    case 'number':
      return expression.value;
    case 'text':
      throw new MathError(`a text ("${expression.value}") is not possible here`);
    case 'name':
      return lookUp(expression.name, surroundings);
    case 'negate':
      return negated(evaluate(expression.operand, surroundings));
    case 'list':
      return expression.items.flatMap((item) => listOf(evaluate(item, surroundings)));
    case 'binary': {
      const { operator, left, right } = expression;
      return calculate(operator, evaluate(left, surroundings), evaluate(right, surroundings));
    }
    case 'call':
      return callOf(expression, surroundings);
  }
}

function lookUp(name: string, surroundings: Surroundings): Value {
  const value = surroundings.lookUp(name);
  if (value === undefined) throw new MathError(`there is no query with the id ${name}`);
  return value;
}

function negated(value: Value): Value {
  if (typeof value === 'number') return -value;
  const one = (series: Series) => mapPoints(series, (point) => -point);
  return isSeries(value) ? one(value) : value.map(one);
}

function listOf(value: Value): readonly Series[] {
  if (typeof value === 'number') throw new MathError('a list holds time series only');
  return isSeries(value) ? [value] : value;
}

function callOf({ name, args }: Expression & { type: 'call' }, surroundings: Surroundings): Value {
  if (name === 'METRICS') return metrics(args, surroundings);
  if (name === 'TIME_SERIES') return constant(args, surroundings);
  if (name === 'SEARCH') return search(args, surroundings);
  const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!called) throw new MathError(`the function ${name} is not supported`);
  const values: Call['args'] = args.map((arg) => {
    if (arg.type === 'text') return { word: arg.value };
    if (arg.type === 'name' && WORDS.has(arg.name.toUpperCase()) && surroundings.lookUp(arg.name) === undefined) {
      return { word: arg.name.toUpperCase() };
    }
    return evaluate(arg, surroundings);
  });
  if (values.length === 0) throw new MathError(`${name} needs more arguments`);
  return called({ name, args: values, range: surroundings.range });
}

/** METRICS() is all metrics of the request, METRICS("text") those with the text in their id. */
function metrics(args: readonly Expression[], surroundings: Surroundings): Value {
  const [filter] = args;
  if (filter && filter.type !== 'text') throw new MathError('METRICS takes a quoted text');
  return surroundings
    .metrics()
    .filter(([id]) => id.includes(filter?.value ?? ''))
    .map(([, series]) => series);
}

/** SEARCH('{Namespace,Dimension} term', 'Statistic') or with a period as third argument. */
function search(args: readonly Expression[], surroundings: Surroundings): Value {
  const [terms, statistic, period] = args;
  if (terms?.type !== 'text' || statistic?.type !== 'text' || args.length > 3) {
    throw new MathError('SEARCH takes two quoted texts and, if wanted, a period');
  }
  if (period && period.type !== 'number') throw new MathError('SEARCH takes a number of seconds as its period');
  return surroundings.search(terms.value, statistic.value, period?.value);
}

function constant(args: readonly Expression[], surroundings: Surroundings): Series {
  const value = args[0] ? evaluate(args[0], surroundings) : undefined;
  if (typeof value !== 'number') throw new MathError('TIME_SERIES takes a number');
  const { range, periodSeconds } = surroundings;
  const points = new Map(timesOf(range, periodSeconds).map((time) => [time, value]));
  return { kind: 'series', label: '', periodSeconds, points };
}
