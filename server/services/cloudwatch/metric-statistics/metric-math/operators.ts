import { MathError } from './math-error.ts';
import { isList, isSeries, mapPoints, type Series, seriesOf, type Value } from './series.ts';

type Calculation = (left: number, right: number) => number;

const OPERATORS: Readonly<Record<string, Calculation>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  AND: (left, right) => Number(left !== 0 && right !== 0),
  '&&': (left, right) => Number(left !== 0 && right !== 0),
  OR: (left, right) => Number(left !== 0 || right !== 0),
  '||': (left, right) => Number(left !== 0 || right !== 0),
};

/** A number goes with every point; of two series, points go together that are at the same time. */
export function calculate(operator: string, left: Value, right: Value): Value {
  const calculation = OPERATORS[operator];
  if (!calculation) throw new MathError(`the operator ${operator} is not supported`);
  return combine(left, right, calculation);
}

function combine(left: Value, right: Value, calculation: Calculation): Value {
  if (isList(left) && isList(right)) throw new MathError('two lists of time series cannot be combined');
  if (isList(left)) return left.map((series) => combine(series, right, calculation) as Series);
  if (isList(right)) return right.map((series) => combine(left, series, calculation) as Series);
  if (isSeries(left)) return withSeries(left, right, calculation);
  if (isSeries(right)) return mapPoints(right, (value) => calculation(left, value));
  const result = calculation(left, right);
  if (!Number.isFinite(result)) throw new MathError('the result is not a number');
  return result;
}

function withSeries(left: Series, right: number | Series, calculation: Calculation): Series {
  if (typeof right === 'number') return mapPoints(left, (value) => calculation(value, right));
  const points: [number, number][] = [];
  for (const [time, value] of left.points) {
    const other = right.points.get(time);
    if (other !== undefined) points.push([time, calculation(value, other)]);
  }
  return seriesOf(left, points);
}
