import { readFileSync } from 'node:fs';
import type { Service } from './services.ts';

/** What the model demands of input, as `scripts/generate-models.ts` found it. */
export type Facts =
  | {
      type: 'structure';
      members: Record<string, string>;
      required?: string[];
      document?: boolean;
    }
  | { type: 'list'; member: string; min?: number; max?: number }
  | { type: 'map'; key: string; value: string; min?: number; max?: number }
  | {
      type: 'string' | 'integer' | 'long' | 'float' | 'double' | 'boolean' | 'blob' | 'timestamp';
      min?: number;
      max?: number;
      pattern?: string;
      enum?: string[];
    };

export interface ConstraintFile {
  /** Input shape of each operation. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Facts>>;
}

/**
 * Where AWS has moved on and its models have not. The body of an invocation: 25 MB, by
 * https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html
 */
const corrections: Readonly<Record<string, Readonly<Record<string, Partial<Facts>>> | undefined>> = {
  'sagemaker-runtime': { BodyBlob: { max: 25 * 1024 * 1024 } },
};

export function loadConstraints({ id }: Service): ConstraintFile {
  const url = new URL(`./generated/${id}.json`, import.meta.url);
  const file = JSON.parse(readFileSync(url, 'utf8')) as ConstraintFile;
  const corrected = Object.entries(corrections[id] ?? {}).map(([name, facts]) => [
    name,
    { ...file.shapes[name], ...facts },
  ]);
  return { ...file, shapes: { ...file.shapes, ...Object.fromEntries(corrected) } };
}
