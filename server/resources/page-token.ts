import { createHash } from 'node:crypto';
import { validationError } from '../errors.ts';
import type { Scope } from '../scope.ts';
import type { ListQuery } from './resource-store.ts';

/** Where a page ended: the sort column's value and the name of its last row. */
export interface Position {
  readonly key: string | number;
  readonly name: string;
}

const invalidToken = () =>
  validationError('Invalid pagination token because "it does not belong to this list request, or is damaged".');

export const encodeToken = (fingerprint: string, { key, name }: Position): string =>
  Buffer.from(JSON.stringify([fingerprint, key, name])).toString('base64url');

/** Throws a ValidationException for a token that `encodeToken` did not make for this very list. */
export function decodeToken(fingerprint: string, { sortBy }: ListQuery, token: string): Position {
  const [madeFor, key, name] = parse(token);
  // A made-up token may hold anything, and databases fail to compare a text with a time.
  const isTime = sortBy === 'createdAt' || sortBy === 'modifiedAt';
  const isKey = isTime ? Number.isSafeInteger(key) : typeof key === 'string';
  if (madeFor !== fingerprint || !isKey || typeof name !== 'string') throw invalidToken();
  return { key: key as string | number, name };
}

function parse(token: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(value)) return value;
  } catch {}
  throw invalidToken();
}

/** Same for two list requests exactly when the one's token can continue the other. */
export function fingerprintOf(kind: string, scope: Scope, { limit, token, ...rest }: ListQuery): string {
  const filters = Object.entries(rest).filter(([, value]) => value !== undefined);
  const identity = JSON.stringify([kind, scope.accountId, scope.region, filters.sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash('sha256').update(identity).digest('base64url').slice(0, 12);
}
