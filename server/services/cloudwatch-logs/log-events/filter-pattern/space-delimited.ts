import { anyOf, comparison, type ValueTest } from './condition.ts';
import type { MessageFilter } from './index.ts';
import { invalidPattern, Scanner } from './scanner.ts';

const NAME = /[\p{L}\p{N}_$.-]+/uy;
const ANY: ValueTest = () => true;
const REST = Symbol('...');

type Column = ValueTest | typeof REST;

/** `[ip, user, ..., status = 4*, bytes > 1000]`: a message's words one by one; `...` stands for any number of them. */
export function spaceDelimitedPattern(pattern: string): MessageFilter {
  const columns = readColumns(new Scanner(pattern));
  const rest = columns.indexOf(REST);
  if (rest === -1) {
    const tests = columns as ValueTest[];
    return (message) => {
      const words = wordsOf(message);
      return words.length === tests.length && tests.every((test, index) => test(words[index]));
    };
  }
  if (columns.lastIndexOf(REST) !== rest) throw invalidPattern("'...' may stand once");
  const head = columns.slice(0, rest) as ValueTest[];
  const tail = columns.slice(rest + 1) as ValueTest[];
  return (message) => {
    const words = wordsOf(message);
    const tailStart = words.length - tail.length;
    return (
      tailStart >= head.length &&
      head.every((test, index) => test(words[index])) &&
      tail.every((test, index) => test(words[tailStart + index]))
    );
  };
}

function readColumns(scanner: Scanner): Column[] {
  const columns: Column[] = [];
  scanner.expect('[');
  do {
    columns.push(scanner.take('...') ? REST : column(scanner));
  } while (scanner.take(','));
  scanner.expect(']');
  if (!scanner.isAtEnd) throw invalidPattern(`nothing may follow the ']' at position ${scanner.at - 1}`);
  return columns;
}

/** `name`, `name = value`, `a = 1 || a = 2`, or nothing. All conditions of a column are on that column. */
function column(scanner: Scanner): ValueTest {
  scanner.skipSpace();
  if (/[,\]]/.test(scanner.text[scanner.at] ?? '')) return ANY;
  return anyOf<unknown>(scanner, () => {
    const name = scanner.match(NAME);
    const test = comparison(scanner);
    if (!test && name === undefined && !scanner.take('*')) {
      throw invalidPattern(`a field name is missing at position ${scanner.at}`);
    }
    return test ?? ANY;
  });
}

/** What stands in "…" or […] is one word, without them. */
function wordsOf(message: string): string[] {
  const words: string[] = [];
  const quoteAfter = nextIndexOf(message, '"');
  const bracketAfter = nextIndexOf(message, ']');
  const space = /\s*/y;
  const plain = /\S+/y;
  for (let at = 0; ; ) {
    space.lastIndex = at;
    space.exec(message);
    at = space.lastIndex;
    if (at >= message.length) return words;
    const closing = message[at] === '"' ? quoteAfter(at + 1) : message[at] === '[' ? bracketAfter(at + 1) : -1;
    if (closing !== -1 && /^\s?$/.test(message[closing + 1] ?? '')) {
      words.push(message.slice(at + 1, closing));
      at = closing + 1;
    } else {
      plain.lastIndex = at;
      words.push(plain.exec(message)?.[0] ?? '');
      at = plain.lastIndex;
    }
  }
}

/** As `indexOf`, for positions that only grow: remembers what it found, so that a message is searched through once. */
function nextIndexOf(text: string, char: string): (from: number) => number {
  let found = -2;
  return (from) => {
    if (found !== -1 && found < from) found = text.indexOf(char, from);
    return found;
  };
}
