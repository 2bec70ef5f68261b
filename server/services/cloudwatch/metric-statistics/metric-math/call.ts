import { MathError } from './math-error.ts';
import type { TimeRange, Value } from './series.ts';

/** What a call was given: values in order; words such as REPEAT and quoted texts as `word`. */
export interface Call {
  readonly name: string;
  readonly args: readonly (Value | { readonly word: string })[];
  readonly range: TimeRange;
}

export function valueIn({ name, args }: Call, index: number): Value {
  const value = args[index];
  if (value === undefined) throw new MathError(`${name} needs more arguments`);
  if (typeof value === 'object' && 'word' in value) throw new MathError(`${name} does not know ${value.word}`);
  return value;
}

export function wordIn({ args }: Call, index: number): string | undefined {
  const value = args[index];
  return typeof value === 'object' && 'word' in value ? value.word : undefined;
}
