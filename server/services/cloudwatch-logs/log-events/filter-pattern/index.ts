import { jsonPattern } from './json.ts';
import { spaceDelimitedPattern } from './space-delimited.ts';
import { termsPattern } from './terms.ts';

/** Whether a log message matches. */
export type MessageFilter = (message: string) => boolean;

/**
 * Compiles a filter pattern of any of the three forms: terms, `{ … }` on JSON messages, `[ … ]` on words. An empty
 * one matches all. Throws InvalidParameterException for what is none.
 */
export function compileFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return jsonPattern(text);
  if (text.startsWith('[')) return spaceDelimitedPattern(text);
  return termsPattern(text);
}
