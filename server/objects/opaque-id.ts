import { randomBytes } from 'node:crypto';

const ROW_DIGITS = 10;

/** An id for clients: not to be guessed, yet it leads to its row without an index of its own. */
export const opaqueId = (row: number): string =>
  row.toString(36).padStart(ROW_DIGITS, '0') + randomBytes(16).toString('base64url');

/** The row that an id was made for; undefined for what cannot be one. */
export const rowIdOf = (id: string): number | undefined =>
  /^[0-9a-z]{10}[\w-]{22}$/.test(id) ? Number.parseInt(id.slice(0, ROW_DIGITS), 36) : undefined;
