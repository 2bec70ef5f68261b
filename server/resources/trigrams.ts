/** Names to look at to see which trigrams are common. */
export const SAMPLE = 512;
/** A short part of a name that begins more trigrams than this is in so many names that walking finds them. */
export const MOST_TRIGRAMS = 200;
/** More make few rows fewer, and each costs a walk over all rows that have it. */
const CHOSEN = 3;

/** All groups of three letters in a row, in lower case, each once. */
function trigramsOf(text: string): string[] {
  const letters = [...text.toLowerCase()];
  return [...new Set(letters.slice(2).map((_, n) => letters.slice(n, n + 3).join('')))];
}

/** False for one or two letters. */
export const hasTrigram = (part: string): boolean => [...part].length >= 3;

/**
 * What to match SQLite's trigram index with to find the names with this part, and not many more: the trigrams that are
 * rarest in a sample of names.
 */
export function rareTrigrams(part: string, sample: readonly string[]): string {
  const names = sample.map((name) => name.toLowerCase());
  const counted = trigramsOf(part).map((trigram) => ({
    trigram,
    names: names.filter((name) => name.includes(trigram)).length,
  }));
  const rarest = counted.sort((a, b) => a.names - b.names).slice(0, CHOSEN);
  return rarest.map(({ trigram }) => quoted(trigram)).join(' AND ');
}

/** What to match the index with to find the names that have any of these trigrams. */
export const anyTrigram = (trigrams: readonly string[]): string => trigrams.map(quoted).join(' OR ');

const quoted = (trigram: string) => `"${trigram.replaceAll('"', '""')}"`;
