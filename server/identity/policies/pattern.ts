import type { PolicyRequest } from './request.ts';

const ANY_TEXT = -1;
const ANY_CHARACTER = -2;

/** Says whether a text fits a pattern. The request gives policy variables their values. */
export type Matcher = (text: string, request: PolicyRequest) => boolean;

/** `*` stands for any text, `?` for one character; all else for itself. Time grows with text × pattern at worst. */
export function globMatcher(pattern: string): (text: string) => boolean {
  const star = pattern.indexOf('*');
  const plain = !pattern.includes('?');
  if (plain && star < 0) return (text) => text === pattern;
  if (plain && star === pattern.length - 1) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  const codes = globCodes(pattern);
  return (text) => matchesCodes(codes, text);
}

/** The same with `${key}` and `${key, 'default'}`, whose values count literally. Without a value nothing fits. */
export function patternMatcher(pattern: string, withVariables: boolean): Matcher {
  if (!withVariables || !pattern.includes('${')) return globMatcher(pattern);
  const parts = partsOf(pattern);
  return (text, request) => {
    const codes: number[] = [];
    for (const part of parts) {
      if (typeof part !== 'string') codes.push(...part);
      else {
        const value = variableValue(part, request);
        if (value === undefined) return false;
        codes.push(...literalCodes(value));
      }
    }
    return matchesCodes(codes, text);
  };
}

/** A policy value with its variables filled in; undefined when one has no value. */
export function substitute(text: string, request: PolicyRequest): string | undefined {
  let missing = false;
  const filled = text.replaceAll(VARIABLE, (_, name: string) => {
    if (LITERALS.has(name)) return name;
    const value = variableValue(name, request);
    missing ||= value === undefined;
    return value ?? '';
  });
  return missing ? undefined : filled;
}

const VARIABLE = /\$\{([^{}]*)\}/g;
const LITERALS = new Set(['*', '?', '$']);

/** Code lists for what is fixed, names for variables. */
function partsOf(pattern: string): (string | number[])[] {
  const parts: (string | number[])[] = [];
  let end = 0;
  for (const match of pattern.matchAll(VARIABLE)) {
    parts.push(globCodes(pattern.slice(end, match.index)));
    parts.push(LITERALS.has(match[1]!) ? literalCodes(match[1]!) : match[1]!);
    end = match.index + match[0].length;
  }
  parts.push(globCodes(pattern.slice(end)));
  return parts;
}

function variableValue(variable: string, request: PolicyRequest): string | undefined {
  const comma = variable.indexOf(',');
  const name = (comma < 0 ? variable : variable.slice(0, comma)).trim().toLowerCase();
  const value = request.value(name);
  // A key with several values has no single one to put in.
  if (typeof value === 'string') return value;
  return comma < 0 ? undefined : /^\s*'(.*)'\s*$/.exec(variable.slice(comma + 1))?.[1];
}

const literalCodes = (text: string): number[] => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));

const globCodes = (pattern: string): number[] =>
  literalCodes(pattern).map((code) => (code === 42 ? ANY_TEXT : code === 63 ? ANY_CHARACTER : code));

function matchesCodes(codes: readonly number[], text: string): boolean {
  let at = 0;
  let code = 0;
  let lastStar = -1;
  let starAt = 0;
  while (at < text.length) {
    const wanted = codes[code];
    if (wanted === ANY_TEXT) {
      lastStar = code++;
      starAt = at;
    } else if (wanted !== undefined && (wanted === ANY_CHARACTER || wanted === text.charCodeAt(at))) {
      code++;
      at++;
    } else if (lastStar >= 0) {
      code = lastStar + 1;
      at = ++starAt;
    } else return false;
  }
  while (codes[code] === ANY_TEXT) code++;
  return code === codes.length;
}
