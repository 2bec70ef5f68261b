import { MathError } from './math-error.ts';

export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'negate'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

const MAX_DEPTH = 64;
const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|"([^"]*)"|'([^']*)'|(==|!=|<=|>=|&&|\|\||[-+*/^<>(),[\]]))/y;

/** The higher, the closer an operator binds. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  ...{ '||': 1, OR: 1, '&&': 2, AND: 2 },
  ...{ '==': 3, '!=': 3, '<': 4, '<=': 4, '>': 4, '>=': 4 },
  ...{ '+': 5, '-': 5, '*': 6, '/': 6, '^': 8 },
};
const NEGATION = 7;

type Token =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'name' | 'symbol'; readonly value: string }
  | { readonly type: 'end'; readonly value: 'the end' };

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (source.slice(at).trim() !== '') {
    const found = TOKEN.exec(source);
    if (!found) throw new MathError(`unexpected character '${source.slice(at).trim()[0]}' at position ${at}`);
    at = TOKEN.lastIndex;
    const [, number, name, doubleQuoted, singleQuoted, symbol] = found;
    const text = doubleQuoted ?? singleQuoted;
    if (number !== undefined) tokens.push({ type: 'number', value: Number(number) });
    else if (text !== undefined) tokens.push({ type: 'text', value: text });
    else if (name !== undefined) tokens.push({ type: 'name', value: name });
    else tokens.push({ type: 'symbol', value: symbol! });
  }
  tokens.push({ type: 'end', value: 'the end' });
  return tokens;
}

/** Reads a metric math expression. Throws a MathError that says where it is none. */
export function parseExpression(source: string): Expression {
  const parser = new Parser(tokensOf(source));
  const expression = parser.binary(0);
  parser.expect('the end');
  return expression;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  expect(value: string): void {
    if (!this.#take(value)) throw new MathError(`expected ${value} but found ${this.#next.value}`);
  }

  #take(value: string): boolean {
    const { type, value: text } = this.#next;
    if (text !== value || type === 'text') return false;
    this.#at++;
    return true;
  }

  binary(least: number): Expression {
    if (++this.#depth > MAX_DEPTH) throw new MathError(`more than ${MAX_DEPTH} levels of nesting`);
    let left = this.#unary();
    for (;;) {
      const { type, value } = this.#next;
      const operator = String(value).toUpperCase();
      const precedence = type === 'symbol' || type === 'name' ? PRECEDENCE[operator] : undefined;
      if (precedence === undefined || precedence < least) break;
      this.#at++;
      // A power of a power is taken from the right, all else from the left.
      const right = this.binary(operator === '^' ? precedence : precedence + 1);
      left = { type: 'binary', operator, left, right };
    }
    this.#depth--;
    return left;
  }

  #unary(): Expression {
    if (this.#take('-')) return { type: 'negate', operand: this.binary(NEGATION) };
    if (this.#take('+')) return this.binary(NEGATION);
    return this.#primary();
  }

  #primary(): Expression {
    if (this.#take('(')) {
      const inside = this.binary(0);
      this.expect(')');
      return inside;
    }
    if (this.#take('[')) return { type: 'list', items: this.#until(']') };
    const token = this.#next;
    this.#at++;
    if (token.type === 'number') return { type: 'number', value: token.value };
    if (token.type === 'text') return { type: 'text', value: token.value };
    if (token.type !== 'name') throw new MathError(`a value is missing before ${token.value}`);
    return this.#take('(')
      ? { type: 'call', name: token.value.toUpperCase(), args: this.#until(')') }
      : { type: 'name', name: token.value };
  }

  /** Items between commas, up to the closing bracket. */
  #until(closing: string): Expression[] {
    const items: Expression[] = [];
    if (this.#take(closing)) return items;
    do {
      items.push(this.binary(0));
    } while (this.#take(','));
    this.expect(closing);
    return items;
  }
}
