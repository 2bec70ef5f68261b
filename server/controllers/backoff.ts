export const FIRST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 60_000;

/**
 * The pause in milliseconds after so many failures in a row: doubling, and up to a quarter shorter, so that what
 * failed together does not come back together. `random` gives a number from 0 up to 1.
 */
export function pauseAfter(failures: number, random: () => number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return Math.round(pause * (1 - random() / 4));
}
