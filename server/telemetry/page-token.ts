import { createHash } from 'node:crypto';

const fingerprintOf = (request: unknown): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('base64url').slice(0, 12);

/** An opaque token for going on with this very request (operation, scope, filters) after `position`. */
export const pageToken = (request: unknown, position: unknown): string =>
  Buffer.from(JSON.stringify([fingerprintOf(request), position])).toString('base64url');

/** The position that `pageToken` was given; undefined for a token that was not made for this request. */
export function positionOf<T>(request: unknown, token: string): T | undefined {
  try {
    const content: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(content) && content[0] === fingerprintOf(request) ? (content[1] as T) : undefined;
  } catch {
    return undefined;
  }
}
