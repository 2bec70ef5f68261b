import { RE2JS } from 're2js';

/** Says whether a whole text fits a pattern. */
export type PatternTest = (text: string) => boolean;

/** What Java's patterns write in words that JavaScript lacks, or reads otherwise. */
const JAVA_WORDS: Readonly<Record<string, string>> = {
  '\\A': '^',
  '\\z': '$',
  // Within brackets, as the models have them.
  '\\p{Print}': ' -~',
  '\\p{Alnum}': 'A-Za-z0-9',
};

/** A repeated group that repeats something itself, such as `(a*b?)*`. */
const NESTED_REPETITION = /\((?:[^()\\]|\\.)*[+*}?](?:[^()\\]|\\.)*\)(?:[+*]|\{\d*,)/;

/**
 * Compiles a pattern of the models: they are Java's, must match the whole text, and a dot is no line end. Nested
 * repetitions go to RE2, whose time grows with the text alone: JavaScript's engine tries all ways to divide the text
 * among them, which for some patterns never ends. Undefined for a pattern that nobody can read.
 */
export function patternTest(source: string): PatternTest | undefined {
  const translated = source.replaceAll(/\\(?:p\{\w+\}|.)/gs, (word) => JAVA_WORDS[word] ?? word);
  return (NESTED_REPETITION.test(translated) ? linearTest(translated) : undefined) ?? plainTest(translated);
}

function linearTest(pattern: string): PatternTest | undefined {
  // RE2 counts to a thousand; what is longer is refused by its length already.
  const countable = pattern.replaceAll(/\{(\d+),\d{4,}\}/g, '{$1,}');
  try {
    const compiled = RE2JS.compile(countable);
    return (text) => compiled.matches(text);
  } catch {
    // It knows no look-ahead, and nothing of what JavaScript does not read either.
    return undefined;
  }
}

/** A few patterns use what only one of JavaScript's two modes accepts. */
function plainTest(pattern: string): PatternTest | undefined {
  for (const flags of ['u', '']) {
    try {
      const compiled = new RegExp(`^(?:${pattern})$`, flags);
      return (text) => compiled.test(text);
    } catch {}
  }
  return undefined;
}
