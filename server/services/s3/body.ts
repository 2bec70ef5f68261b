import { Readable } from 'node:stream';
import type { Body } from '../../objects/receive.ts';

type Trailing = { readonly trailers?: Readonly<Record<string, string>> };

/** The body of an upload as the gateway gives it, with the headers that follow it. None at all is an empty one. */
export const bodyOf = (body: unknown): { source: Body; trailers(): Readonly<Record<string, string>> } => {
  if (body instanceof Readable) return { source: { request: body }, trailers: () => (body as Trailing).trailers ?? {} };
  return { source: (body as Uint8Array | undefined) ?? new Uint8Array(), trailers: () => ({}) };
};
