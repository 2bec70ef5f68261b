import { invalidParameter } from '../errors.ts';

/** Milliseconds; throws when nothing can lie between them. */
export function checkTimeRange(startTime: number | undefined, endTime: number | undefined): void {
  if (startTime !== undefined && endTime !== undefined && startTime > endTime) {
    throw invalidParameter('startTime must be less than or equal to endTime.');
  }
}
