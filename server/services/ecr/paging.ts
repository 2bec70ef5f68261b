import { invalidToken } from './errors.ts';

/** Keys in their order, from the one after the token; the token of the next page is this page's last key. */
export function paged(keys: readonly string[], token: string | undefined, limit: number) {
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  if (token !== undefined && !keys.includes(after)) throw invalidToken();
  const rest = [...keys].sort().filter((key) => key > after);
  const page = rest.slice(0, limit);
  return { page, nextToken: rest.length > limit ? Buffer.from(page.at(-1)!).toString('base64url') : undefined };
}
