import { invalidParameter } from '../../errors.ts';

export const invalidPattern = (reason: string) => invalidParameter(`Invalid filter pattern: ${reason}`);

/** Reads a pattern from left to right. */
export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  skipSpace(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  get isAtEnd(): boolean {
    this.skipSpace();
    return this.at >= this.text.length;
  }

  /** Passes over the text if it comes next. */
  take(text: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw invalidPattern(`'${text}' is missing at position ${this.at}`);
  }

  /** Passes over what a sticky expression matches here; undefined when it does not. */
  match(expression: RegExp): string | undefined {
    this.skipSpace();
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** The inside of `"…"` (with `\"` and `\\` resolved) or `%…%`, when such a text comes next. */
  delimited(delimiter: '"' | "'" | '%'): string | undefined {
    const start = this.at;
    if (!this.take(delimiter)) return undefined;
    let inside = '';
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]!;
      if (char === delimiter) {
        this.at++;
        return inside;
      }
      const next = this.text[this.at + 1];
      if (char === '\\' && (next === delimiter || (next === '\\' && delimiter !== '%'))) {
        inside += next;
        this.at++;
      } else inside += char;
    }
    throw invalidPattern(`the ${delimiter} at position ${start} is never closed`);
  }
}
