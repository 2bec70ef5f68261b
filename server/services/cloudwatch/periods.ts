import { invalidValue } from './errors.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const SUB_MINUTE_PERIODS = [1, 5, 10, 20, 30];

/** Throws unless CloudWatch knows periods of so many seconds. */
export function checkPeriod(seconds: number): void {
  if (seconds > 0 && (seconds % 60 === 0 || SUB_MINUTE_PERIODS.includes(seconds))) return;
  throw invalidValue(`The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60; it is ${seconds}.`);
}

/**
 * Where the first bucket begins, in milliseconds: CloudWatch rounds the asked start down to what it still has, minutes
 * for 15 days, five minutes for 63 days, then hours; for periods below a minute, to the period.
 */
export function firstBucket(start: Date, periodSeconds: number, now: Date): number {
  const age = now.getTime() - start.getTime();
  const seconds = age > 63 * DAY_MS ? 3600 : age > 15 * DAY_MS ? 300 : Math.min(periodSeconds, 60);
  return start.getTime() - (start.getTime() % (seconds * 1000));
}
