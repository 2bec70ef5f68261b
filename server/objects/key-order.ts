/** A place among keys, which are in the order of their UTF-8 bytes: at a text, or after all texts. */
export type Bound = string | Uint8Array;

/** In the database every text sorts before a blob, so an empty one is the end of all keys. */
const END = new Uint8Array();

/** The least key above all keys that begin with `prefix`. */
export const afterPrefix = (prefix: string): Bound => {
  const points = Array.from(prefix);
  while (points.length > 0) {
    const point = points.pop()!.codePointAt(0)!;
    if (point === 0x10ffff) continue;
    const next = point === 0xd7ff ? 0xe000 : point + 1;
    return points.join('') + String.fromCodePoint(next);
  }
  return END;
};

/** The least key above `key`. */
export const afterKey = (key: string): Bound => `${key}\0`;

/** What `key` is listed under: everything up to the first delimiter after the prefix. */
export const commonPrefixOf = (key: string, prefix: string, delimiter: string | undefined): string | undefined => {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
};

const isBefore = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

/** Where a list that goes on after the key or common prefix `after` begins. */
export const startOf = ({
  prefix,
  delimiter,
  after,
}: {
  readonly prefix: string;
  readonly delimiter?: string;
  readonly after?: string;
}): Bound => {
  if (after === undefined || isBefore(after, prefix)) return prefix;
  const group = after.startsWith(prefix) ? commonPrefixOf(after, prefix, delimiter) : undefined;
  // Only a common prefix that was given out already is behind us; of one that `after` lies inside, the rest is to come.
  return group === after ? afterPrefix(after) : afterKey(after);
};
