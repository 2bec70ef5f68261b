import { type Call, valueIn, wordIn } from './call.ts';
import { MathError } from './math-error.ts';
import { isList, isSeries, type Series, seriesOf, type TimeRange, type Value } from './series.ts';

const MAX_POINTS = 100_800;

/** FILL(series, 0), FILL(series, other), FILL(series, REPEAT), FILL(series, LINEAR): values where there are none. */
export function fill(call: Call): Value {
  const value = valueIn(call, 0);
  if (typeof value === 'number') throw new MathError('FILL takes time series');
  const filler = wordIn(call, 1) ?? valueIn(call, 1);
  const one = (series: Series) => seriesOf(series, filled(series, filler, call.range));
  return isList(value) ? value.map(one) : one(value);
}

/** Every time at which a series of this period may have a point. */
export function timesOf({ start, end }: TimeRange, periodSeconds: number): number[] {
  const count = Math.ceil((end - start) / (periodSeconds * 1000));
  if (count > MAX_POINTS) throw new MathError(`there are more than ${MAX_POINTS} points to fill`);
  return Array.from({ length: count }, (_, index) => start + index * periodSeconds * 1000);
}

function filled(series: Series, filler: Value | string, range: TimeRange): (readonly [number, number])[] {
  const times = timesOf(range, series.periodSeconds);
  const have = (time: number) => series.points.get(time);
  if (typeof filler === 'number') return times.map((time) => [time, have(time) ?? filler]);
  if (filler === 'REPEAT') {
    let last: number | undefined;
    return defined(
      times.map((time) => {
        last = have(time) ?? last;
        return [time, last];
      }),
    );
  }
  if (filler === 'LINEAR') return linear(series, times);
  if (typeof filler === 'object' && isSeries(filler)) {
    return defined(times.map((time) => [time, have(time) ?? filler.points.get(time)]));
  }
  throw new MathError('FILL takes a number, a time series, REPEAT or LINEAR as its second argument');
}

const defined = (points: (readonly [number, number | undefined])[]) =>
  points.filter((point): point is readonly [number, number] => point[1] !== undefined);

/** Straight lines between points; nothing before the first and after the last. */
function linear(series: Series, times: readonly number[]): (readonly [number, number])[] {
  const known = [...series.points];
  let next = 0;
  return defined(
    times.map((time) => {
      while (next < known.length && known[next]![0] < time) next++;
      const [before, after] = [known[next - 1], known[next]];
      if (after?.[0] === time) return [time, after[1]];
      if (!before || !after) return [time, undefined];
      const share = (time - before[0]) / (after[0] - before[0]);
      return [time, before[1] + share * (after[1] - before[1])];
    }),
  );
}
