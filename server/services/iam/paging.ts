import type { Page } from '../../resources/resource-store.ts';
import { validationFailed } from './errors.ts';

const DEFAULT = 100;

export interface PageRequest {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** How IAM says that there is more. */
export interface PageEnd {
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

export const storeQuery = ({ Marker, MaxItems = DEFAULT }: PageRequest) => ({ limit: MaxItems, token: Marker });

export const pageEnd = ({ nextToken }: Pick<Page<unknown>, 'nextToken'>): PageEnd =>
  nextToken === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: nextToken };

/** A page of a short list that lies within one resource, ordered by a key that names each item. */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): [T[], PageEnd] {
  const { Marker, MaxItems = DEFAULT } = request;
  const after = Marker === undefined ? undefined : decode(Marker);
  const sorted = [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, MaxItems);
  const last = page.at(-1);
  if (rest.length <= page.length || last === undefined) return [page, { IsTruncated: false }];
  return [page, { IsTruncated: true, Marker: Buffer.from(`m:${keyOf(last)}`).toString('base64url') }];
}

function decode(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString();
  if (!text.startsWith('m:')) throw validationFailed(`Invalid Marker: ${marker}`);
  return text.slice(2);
}
