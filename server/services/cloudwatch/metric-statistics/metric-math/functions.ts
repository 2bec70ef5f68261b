import { type Call, valueIn, wordIn } from './call.ts';
import { fill } from './fill.ts';
import { MathError } from './math-error.ts';
import { acrossTime, isList, isSeries, mapPoints, type Series, seriesOf, type Value } from './series.ts';

type MathFunction = (call: Call) => Value;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]) => sum(values) / values.length;
const deviation = (values: readonly number[]) => {
  const mean = average(values);
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
};

export const FUNCTIONS: Readonly<Record<string, MathFunction>> = {
  ABS: eachNumber(Math.abs),
  CEIL: eachNumber(Math.ceil),
  FLOOR: eachNumber(Math.floor),
  LOG: eachNumber(Math.log),
  LOG10: eachNumber(Math.log10),
  EXP: eachNumber(Math.exp),
  SUM: overall(sum),
  AVG: overall(average),
  MIN: overall((values) => values.reduce((least, value) => Math.min(least, value))),
  MAX: overall((values) => values.reduce((most, value) => Math.max(most, value))),
  STDDEV: overall(deviation),
  METRIC_COUNT: (call) => listIn(call, 0).length,
  DATAPOINT_COUNT: (call) => seriesIn(call, 0).points.size,
  PERIOD: (call) => seriesIn(call, 0).periodSeconds,
  FIRST: (call) => nth(listIn(call, 0), 0),
  LAST: (call) => nth(listIn(call, 0), -1),
  RATE: eachSeries((series) => steps(series, (change, seconds) => change / seconds)),
  DIFF: eachSeries((series) => steps(series, (change) => change)),
  DIFF_TIME: eachSeries((series) => steps(series, (_, seconds) => seconds)),
  RUNNING_SUM: eachSeries((series) => {
    let total = 0;
    return mapPoints(series, (value) => {
      total += value;
      return total;
    });
  }),
  REMOVE_EMPTY: (call) => listIn(call, 0).filter((series) => series.points.size > 0),
  SLICE: (call) => listIn(call, 0).slice(numberIn(call, 1), call.args.length > 2 ? numberIn(call, 2) : undefined),
  SORT: sort,
  FILL: fill,
  IF: choose,
  MINUTE: calendar((date) => date.getUTCMinutes()),
  HOUR: calendar((date) => date.getUTCHours()),
  DAY: calendar((date) => date.getUTCDay() || 7),
  DATE: calendar((date) => date.getUTCDate()),
  MONTH: calendar((date) => date.getUTCMonth() + 1),
  YEAR: calendar((date) => date.getUTCFullYear()),
  EPOCH: calendar((date) => date.getTime() / 1000),
};

function seriesIn(call: Call, index: number): Series {
  const value = valueIn(call, index);
  if (!isSeries(value)) throw new MathError(`${call.name} takes a time series`);
  return value;
}

function listIn(call: Call, index: number): readonly Series[] {
  const value = valueIn(call, index);
  if (typeof value === 'number') throw new MathError(`${call.name} takes time series`);
  return isList(value) ? value : [value];
}

function numberIn(call: Call, index: number): number {
  const value = valueIn(call, index);
  if (typeof value !== 'number') throw new MathError(`${call.name} takes a number as argument ${index + 1}`);
  return value;
}

function nth(list: readonly Series[], index: number): Series {
  const series = list.at(index);
  if (!series) throw new MathError('there is no time series to take from an empty list');
  return series;
}

function eachNumber(change: (value: number) => number): MathFunction {
  return (call) => {
    const value = valueIn(call, 0);
    if (typeof value === 'number') return change(value);
    const inSeries = (series: Series) => mapPoints(series, change);
    return isList(value) ? value.map(inSeries) : inSeries(value);
  };
}

function eachSeries(change: (series: Series) => Series): MathFunction {
  return (call) => {
    const value = valueIn(call, 0);
    return isSeries(value) ? change(value) : listIn(call, 0).map(change);
  };
}

/** Of one series a number over all its points; of a list a series over the values at each time. */
function overall(figure: (values: readonly number[]) => number): MathFunction {
  return (call) => {
    const value = valueIn(call, 0);
    if (typeof value === 'number') return value;
    if (isSeries(value)) return value.points.size > 0 ? figure([...value.points.values()]) : 0;
    const [model] = value;
    if (!model) throw new MathError(`${call.name} has no time series to work on`);
    const points = [...acrossTime(value)].map(([time, values]) => [time, figure(values)] as const);
    return seriesOf(model, points);
  };
}

/** Between each point and the one before; the first point has none. */
function steps(series: Series, figure: (change: number, seconds: number) => number): Series {
  const points = [...series.points];
  return seriesOf(
    series,
    points.slice(1).map(([time, value], index) => {
      const [timeBefore, valueBefore] = points[index]!;
      return [time, figure(value - valueBefore, (time - timeBefore) / 1000)] as const;
    }),
  );
}

function calendar(part: (date: Date) => number): MathFunction {
  return eachSeries((series) => mapPoints(series, (_, time) => part(new Date(time))));
}

/** IF(condition, then, else): of series, for each point of the condition; without `else` the point is left out. */
function choose(call: Call): Value {
  const condition = valueIn(call, 0);
  const otherwise = call.args.length > 2 ? valueIn(call, 2) : undefined;
  const chosen = valueIn(call, 1);
  if (isList(condition)) throw new MathError('IF takes a number or one time series as its condition');
  if (typeof condition === 'number') {
    if (condition !== 0) return chosen;
    if (otherwise !== undefined) return otherwise;
    if (isSeries(chosen)) return seriesOf(chosen, []);
    throw new MathError('IF needs a third argument here');
  }
  const at = (value: Value | undefined, time: number): number | undefined => {
    if (value !== undefined && isList(value)) throw new MathError('IF takes single time series and numbers');
    return isSeries(value ?? 0) ? (value as Series).points.get(time) : (value as number | undefined);
  };
  const points = [...condition.points]
    .map(([time, test]) => [time, at(test !== 0 ? chosen : otherwise, time)] as const)
    .filter((point): point is readonly [number, number] => point[1] !== undefined);
  return seriesOf(condition, points);
}

/** SORT(list, AVG, DESC, 10) */
function sort(call: Call): Value {
  const figures: Record<string, (values: readonly number[]) => number> = {
    ...{ SUM: sum, AVG: average, STDDEV: deviation },
    MIN: (values) => Math.min(...values),
    MAX: (values) => Math.max(...values),
  };
  const figure = figures[wordIn(call, 1) ?? ''];
  const order = wordIn(call, 2) ?? 'ASC';
  if (!figure) throw new MathError('SORT takes SUM, AVG, MIN, MAX or STDDEV as its second argument');
  if (order !== 'ASC' && order !== 'DESC') throw new MathError('SORT takes ASC or DESC as its third argument');
  const rank = (series: Series) => (series.points.size > 0 ? figure([...series.points.values()]) : 0);
  const sorted = [...listIn(call, 0)].sort((a, b) => (rank(a) - rank(b)) * (order === 'ASC' ? 1 : -1));
  return call.args.length > 3 ? sorted.slice(0, numberIn(call, 3)) : sorted;
}
