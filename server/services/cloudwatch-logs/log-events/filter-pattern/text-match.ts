import { RE2JS } from 're2js';
import { invalidPattern } from './scanner.ts';

/** Whether a text as a whole fits `pattern`, in which `*` stands for anything. */
export function wildcard(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return (text) => text === pattern;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/**
 * Whether a text contains a match of what stands between two `%`. CloudWatch takes no groups there. Run by RE2, so
 * that a pattern's cost grows with the text's length only.
 */
export function regularExpression(source: string): (text: string) => boolean {
  if (/(^|[^\\])(\\\\)*[()]/.test(source)) throw invalidPattern(`groups are not allowed in %${source}%`);
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(source);
  } catch (error) {
    throw invalidPattern(`%${source}% is no regular expression: ${(error as Error).message}`);
  }
  return (text) => expression.matcher(text).find();
}
