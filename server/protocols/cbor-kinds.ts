// RFC 8949, 3.1: what the first three bits of an item say.
export const UNSIGNED = 0;
export const NEGATIVE = 1;
export const BYTES = 2;
export const TEXT = 3;
export const LIST = 4;
export const MAP = 5;
export const TAG = 6;

/** The tag of times. */
export const EPOCH_SECONDS = 1;
