import type { Distribution } from '../../telemetry/metrics/distribution.ts';

/** A figure about values; undefined when it cannot be told, as percentiles of ready-made statistic sets cannot. */
export type Statistic = (values: Distribution) => number | undefined;

type Entries = readonly (readonly [value: number, times: number])[];

const simple: Readonly<Record<string, Statistic>> = {
  SampleCount: (values) => values.count,
  Average: (values) => values.sum / values.count,
  Sum: (values) => values.sum,
  Minimum: (values) => values.min,
  Maximum: (values) => values.max,
};

/** `p99.9`, `tm90`, `TM(10%:90%)`, `TM(150:1000)`, `PR(:300)`, `IQM` and their like; undefined for anything else. */
export function extendedStatistic(name: string): Statistic | undefined {
  if (/^iqm$/i.test(name)) return overValues((entries) => mean(trimmedByRank(entries, 25, 75)));
  const short = /^(p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)$/i.exec(name);
  if (short) {
    const percent = Number(short[2]);
    if (percent > 100) return undefined;
    const kind = short[1]!.toLowerCase();
    return kind === 'p'
      ? overValues((entries, values) => percentile(entries, values.count, percent))
      : byRank(kind, 0, percent);
  }
  return rangeStatistic(name);
}

export const statisticOf = (name: string): Statistic | undefined =>
  Object.hasOwn(simple, name) ? simple[name] : extendedStatistic(name);

const NUMBER = '(-?\\d+(?:\\.\\d+)?)?';
const RANGE = new RegExp(`^(tm|wm|tc|ts|pr)\\(${NUMBER}(%?):${NUMBER}(%?)\\)$`, 'i');

function rangeStatistic(name: string): Statistic | undefined {
  const found = RANGE.exec(name);
  if (!found) return undefined;
  const [, kind, from, fromPercent, to, toPercent] = found;
  if (from === undefined && to === undefined) return undefined;
  // Both ends are per cent, or neither is; an end that is missing is as the other.
  const marks = [from === undefined ? undefined : fromPercent, to === undefined ? undefined : toPercent];
  if ((from === undefined && fromPercent) || (to === undefined && toPercent)) return undefined;
  const isPercent = marks.includes('%');
  if (isPercent && marks.includes('')) return undefined;
  const [low, high] = [from === undefined ? undefined : Number(from), to === undefined ? undefined : Number(to)];
  if (!isPercent)
    return byValue(kind!.toLowerCase(), low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY);
  const [start, end] = [low ?? 0, high ?? 100];
  if (start < 0 || end > 100 || start >= end) return undefined;
  return byRank(kind!.toLowerCase(), start, end);
}

/** Of the values between two percentages of their number. */
function byRank(kind: string, from: number, to: number): Statistic | undefined {
  switch (kind) {
    case 'tm':
      return overValues((entries) => mean(trimmedByRank(entries, from, to)));
    case 'tc':
      return overValues((entries) => total(trimmedByRank(entries, from, to)).count);
    case 'ts':
      return overValues((entries) => total(trimmedByRank(entries, from, to)).sum);
    case 'wm':
      return overValues((entries, { count }) =>
        mean(
          clamped(entries, from === 0 ? -Infinity : percentile(entries, count, from), percentile(entries, count, to)),
        ),
      );
    default:
      return undefined;
  }
}

/** Of the values above `low`, up to and including `high`. */
function byValue(kind: string, low: number, high: number): Statistic | undefined {
  const within = (entries: Entries): Entries => entries.filter(([value]) => value > low && value <= high);
  switch (kind) {
    case 'tm':
      return overValues((entries) => mean(within(entries)));
    case 'tc':
      return overValues((entries) => total(within(entries)).count);
    case 'ts':
      return overValues((entries) => total(within(entries)).sum);
    case 'pr':
      return overValues((entries, { count }) => (100 * total(within(entries)).count) / count);
    default:
      return overValues((entries) => mean(clamped(entries, low, high)));
  }
}

const overValues =
  (figure: (entries: Entries, values: Distribution) => number | undefined): Statistic =>
  (values) => {
    const entries = values.sorted();
    return entries && figure(entries, values);
  };

/** The smallest value that at least so many per cent of the values do not exceed: always one that was really put. */
function percentile(entries: Entries, count: number, percent: number): number {
  // Without the small share, 0.07 * 100 would be a little more than 7.
  const rank = Math.ceil((percent / 100) * count - 1e-9);
  let passed = 0;
  for (const [value, times] of entries) {
    passed += times;
    if (passed >= rank) return value;
  }
  return entries.at(-1)?.[0] ?? Number.NaN;
}

/** What lies between two percentages of the number of values; a value on the border counts in part. */
function trimmedByRank(entries: Entries, from: number, to: number): Entries {
  const { count } = total(entries);
  const [start, end] = [(from / 100) * count, (to / 100) * count];
  let passed = 0;
  return entries.map(([value, times]) => {
    const inside = Math.min(passed + times, end) - Math.max(passed, start);
    passed += times;
    return [value, Math.max(0, inside)] as const;
  });
}

const clamped = (entries: Entries, low: number, high: number): Entries =>
  entries.map(([value, times]) => [Math.min(high, Math.max(low, value)), times] as const);

function total(entries: Entries): { count: number; sum: number } {
  let [count, sum] = [0, 0];
  for (const [value, times] of entries) {
    count += times;
    sum += value * times;
  }
  return { count, sum };
}

function mean(entries: Entries): number | undefined {
  const { count, sum } = total(entries);
  return count > 0 ? sum / count : undefined;
}
