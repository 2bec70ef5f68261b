/** How many different values are kept as they are; beyond, values are rounded by at most 1 %. */
const EXACT_VALUES = 512;
const ACCURACY = 0.01;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);

/** Keys of negative values lie below, those of positive ones above 0; no logarithm of a number is larger than this. */
const KEY_OFFSET = 100_000;

/** A whole number for all values within 1 % of each other: as a map's key far quicker than the value itself. */
function keyOf(value: number): number {
  if (value === 0) return 0;
  const index = Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA) + KEY_OFFSET;
  return value > 0 ? index : -index;
}

function valueAt(key: number): number {
  if (key === 0) return 0;
  return (Math.sign(key) * (2 * GAMMA ** (Math.abs(key) - KEY_OFFSET))) / (GAMMA + 1);
}

/** The value that stands for all values within 1 % of it. */
export const rounded = (value: number): number => valueAt(keyOf(value));

/** Four numbers that CloudWatch calls a statistic set. */
export interface StatisticSet {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/**
 * What is known of the values put into one bucket. Count, sum, minimum and maximum are exact. The values themselves
 * are exact while there are at most 512 different ones, then within 1 %. After a statistic set went in they are unknown.
 */
export class Distribution implements StatisticSet {
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** How often each value came; once they are rounded, how often each key. */
  #values: Map<number, number> | undefined = new Map();
  #isRounded = false;

  add(value: number, times = 1): void {
    this.count += times;
    this.sum += value * times;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (this.#values) this.#keep(value, times);
  }

  addStatisticSet(set: StatisticSet): void {
    if (set.count === 0) return;
    if (set.min === set.max) {
      this.add(set.min, set.count);
      return;
    }
    this.#addTotals(set);
    this.#values = undefined;
  }

  merge(other: Distribution): void {
    this.#addTotals(other);
    const more = other.#values;
    if (!more) this.#values = undefined;
    if (!this.#values || !more) return;
    if (other.#isRounded) {
      this.#round();
      for (const [key, times] of more) this.#values.set(key, (this.#values.get(key) ?? 0) + times);
    } else {
      for (const [value, times] of more) this.#keep(value, times);
    }
  }

  /** Values with how often each came, ascending; undefined when they are not known. */
  sorted(): readonly (readonly [value: number, times: number])[] | undefined {
    if (!this.#values) return undefined;
    // A rounded value may lie just outside of what was really put.
    const shown = (key: number) => (this.#isRounded ? Math.min(this.max, Math.max(this.min, valueAt(key))) : key);
    return [...this.#values].map(([key, times]) => [shown(key), times] as const).sort((a, b) => a[0] - b[0]);
  }

  /** For storage beside the four totals: null for a single value, empty for unknown ones, else 1 when rounded, and pairs. */
  encodeValues(): Uint8Array | null {
    if (!this.#values) return new Uint8Array(0);
    if (this.#values.size <= 1 && this.min === this.max) return null;
    const pairs = new Float64Array(this.#values.size * 2 + 1);
    let at = 0;
    pairs[at++] = Number(this.#isRounded);
    for (const [value, times] of this.#values) {
      pairs[at++] = value;
      pairs[at++] = times;
    }
    return new Uint8Array(pairs.buffer);
  }

  static decode(totals: StatisticSet, values: Uint8Array | null): Distribution {
    const result = new Distribution();
    if (values === null) {
      result.add(totals.min, totals.count);
    } else if (values.length === 0) {
      result.#values = undefined;
    } else {
      const pairs = new Float64Array(values.slice().buffer);
      result.#isRounded = pairs[0] === 1;
      for (let at = 1; at < pairs.length; at += 2) result.#values?.set(pairs[at]!, pairs[at + 1]!);
    }
    result.count = totals.count;
    result.sum = totals.sum;
    result.min = totals.min;
    result.max = totals.max;
    return result;
  }

  #addTotals(set: StatisticSet): void {
    this.count += set.count;
    this.sum += set.sum;
    this.min = Math.min(this.min, set.min);
    this.max = Math.max(this.max, set.max);
  }

  #keep(value: number, times: number): void {
    const values = this.#values!;
    const key = this.#isRounded ? keyOf(value) : value;
    values.set(key, (values.get(key) ?? 0) + times);
    if (!this.#isRounded && values.size > EXACT_VALUES) this.#round();
  }

  #round(): void {
    if (this.#isRounded || !this.#values) return;
    const coarse = new Map<number, number>();
    for (const [value, times] of this.#values) {
      const key = keyOf(value);
      coarse.set(key, (coarse.get(key) ?? 0) + times);
    }
    this.#values = coarse;
    this.#isRounded = true;
  }
}
