import { invalidParameter } from '../../errors.ts';
import type { MessageFilter } from './index.ts';
import { Scanner } from './scanner.ts';
import { regularExpression } from './text-match.ts';

const WORD = /[^\s"%]+/y;
const PLAIN_WORD = /^[\p{L}\p{N}_*]+$/u;

/** Terms: all that stand alone must be in the message, none of those after `-`; or any of those after `?`. */
export function termsPattern(pattern: string): MessageFilter {
  const scanner = new Scanner(pattern);
  const required: MessageFilter[] = [];
  const excluded: MessageFilter[] = [];
  const optional: MessageFilter[] = [];
  while (!scanner.isAtEnd) {
    const list = scanner.take('?') ? optional : scanner.take('-') ? excluded : required;
    list.push(term(scanner));
  }
  // Beside other terms, CloudWatch passes over the optional ones.
  if (required.length === 0 && excluded.length === 0) return (message) => optional.some((matches) => matches(message));
  return (message) => required.every((matches) => matches(message)) && !excluded.some((matches) => matches(message));
}

function term(scanner: Scanner): MessageFilter {
  const phrase = scanner.delimited('"');
  if (phrase !== undefined) return (message) => message.includes(phrase);
  const source = scanner.delimited('%');
  if (source !== undefined) return regularExpression(source);
  const word = scanner.match(WORD) ?? '';
  if (!PLAIN_WORD.test(word)) throw invalidParameter(`Invalid character(s) in term '${word}'`);
  const literal = word.replace(/^\*+|\*+$/g, '');
  return (message) => message.includes(literal);
}
