import type { MetricId } from '../../../../telemetry/metrics/metric-store.ts';
import { MathError } from '../metric-math/math-error.ts';

type Test = (metric: MetricId) => boolean;

export interface MetricSearch {
  /** Missing when the search says nothing of it. */
  readonly namespace?: string;
  /** Exactly these a metric has; missing: any. */
  readonly dimensions?: readonly string[];
  readonly matches: Test;
}

const MAX_DEPTH = 64;
const TOKEN = /\s*(?:"([^"]*)"|([(){}=,])|([^\s"(){}=,]+))/y;

interface Token {
  readonly kind: 'word' | 'quoted' | 'symbol' | 'end';
  readonly text: string;
}

/** Reads `{Namespace,Dimension} MetricName="x" OR y`. Throws a MathError that says where it is none. */
export function parseSearch(source: string): MetricSearch {
  const parser = new SearchParser(source);
  const schema = parser.schema();
  const matches = parser.isAtEnd ? undefined : parser.anyOf();
  parser.expectEnd();
  if (!schema && !matches) throw new MathError('SEARCH needs a metric schema, a search term or both');
  return { ...schema, matches: matches ?? (() => true) };
}

class SearchParser {
  readonly #tokens: Token[] = [];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    TOKEN.lastIndex = 0;
    for (let at = 0; source.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
      const found = TOKEN.exec(source);
      if (!found) throw new MathError(`the search term cannot be read from position ${at} on`);
      const [, quoted, symbol, word] = found;
      if (quoted !== undefined) this.#tokens.push({ kind: 'quoted', text: quoted });
      else if (symbol !== undefined) this.#tokens.push({ kind: 'symbol', text: symbol });
      else this.#tokens.push({ kind: 'word', text: word! });
    }
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end' };
  }

  get isAtEnd(): boolean {
    return this.#next.kind === 'end';
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw new MathError(`unexpected ${this.#next.text} in the search term`);
  }

  #take(kind: Token['kind'], text: string): boolean {
    const isNext = this.#next.kind === kind && this.#next.text === text;
    if (isNext) this.#at++;
    return isNext;
  }

  #name(): Token {
    const token = this.#next;
    if (token.kind !== 'word' && token.kind !== 'quoted') {
      throw new MathError(`a name is missing before ${token.text} in the search term`);
    }
    this.#at++;
    return token;
  }

  schema(): Pick<MetricSearch, 'namespace' | 'dimensions'> | undefined {
    if (!this.#take('symbol', '{')) return undefined;
    const names: string[] = [];
    do names.push(this.#name().text);
    while (this.#take('symbol', ','));
    if (!this.#take('symbol', '}')) throw new MathError('a } is missing in the search term');
    this.#take('symbol', ',');
    const [namespace, ...dimensions] = names;
    return { namespace, dimensions };
  }

  /** Of the values of one property when `property` is given. */
  anyOf(property?: string): Test {
    const tests = [this.#allOf(property)];
    while (this.#take('word', 'OR')) tests.push(this.#allOf(property));
    return (metric) => tests.some((test) => test(metric));
  }

  #allOf(property?: string): Test {
    const tests = [this.#operand(property)];
    for (;;) {
      const isJoined = this.#take('word', 'AND');
      const { kind, text } = this.#next;
      const isOver = kind === 'end' || (kind === 'symbol' && text !== '(') || (kind === 'word' && text === 'OR');
      if (isOver && !isJoined) return (metric) => tests.every((test) => test(metric));
      tests.push(this.#operand(property));
    }
  }

  #operand(property?: string): Test {
    if (++this.#depth > MAX_DEPTH) throw new MathError(`more than ${MAX_DEPTH} levels of nesting`);
    const test = this.#operandWithin(property);
    this.#depth--;
    return test;
  }

  #operandWithin(property?: string): Test {
    if (this.#take('word', 'NOT')) {
      const test = this.#operand(property);
      return (metric) => !test(metric);
    }
    if (this.#take('symbol', '(')) {
      const inside = this.anyOf(property);
      if (!this.#take('symbol', ')')) throw new MathError('a ) is missing in the search term');
      return inside;
    }
    const token = this.#name();
    if (property === undefined && this.#take('symbol', '=')) return this.#operand(token.text);
    const fits = token.kind === 'quoted' ? (text: string) => text === token.text : partly(token.text);
    return (metric) => propertiesOf(metric, property).some(fits);
  }
}

function propertiesOf({ namespace, name, dimensions }: MetricId, property: string | undefined): string[] {
  if (property === undefined) return [namespace, name, ...Object.entries(dimensions).flat()];
  if (property === 'MetricName') return [name];
  if (property === 'Namespace') return [namespace];
  const value = Object.hasOwn(dimensions, property) ? dimensions[property] : undefined;
  return value === undefined ? [] : [value];
}

/** Whether the parts of `term` are, one after another, among the parts of a text: CPU is part of CPUUtilization. */
function partly(term: string): (text: string) => boolean {
  const wanted = `\0${partsOf(term).join('\0')}\0`;
  return (text) => `\0${partsOf(text).join('\0')}\0`.includes(wanted);
}

const partsOf = (text: string): string[] =>
  text
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$&\0')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
