import { ServiceError } from '../errors.ts';

/** How many bytes the file may have. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

type Condition =
  | { readonly operator: 'eq' | 'starts-with'; readonly name: string; readonly value: string }
  | { readonly operator: 'content-length-range'; readonly range: SizeRange };

const invalid = (what: string) => new ServiceError('InvalidPolicyDocument', `Invalid Policy: ${what}`);
const refused = (why: string) =>
  new ServiceError('AccessDenied', `Invalid according to Policy: ${why}`, { status: 403 });

/** What need not stand in a policy: the signature, the policy itself, and fields that are none of S3's business. */
const FREE = new Set(['policy', 'file', 'x-amz-signature', 'signature', 'awsaccesskeyid']);
const isFree = (name: string) => FREE.has(name) || name.startsWith('x-ignore-');

const nameOf = (text: unknown): string => {
  if (typeof text === 'string' && text.startsWith('$') && text.length > 1) return text.slice(1).toLowerCase();
  throw invalid('Invalid Simple-Condition: value must start with $.');
};

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  throw invalid('Invalid Simple-Condition: value must be a string.');
};

function conditionsOf(written: unknown): Condition[] {
  if (Array.isArray(written)) {
    const [operator, first, second] = written;
    if (written.length !== 3) throw invalid('Invalid Condition: wrong number of arguments.');
    if (operator === 'content-length-range') {
      const [min, max] = [Number(first), Number(second)];
      if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min >= 0)) throw invalid('Invalid range.');
      return [{ operator, range: { min, max } }];
    }
    if (operator === 'eq' || operator === 'starts-with') {
      return [{ operator, name: nameOf(first), value: textOf(second) }];
    }
    throw invalid('Invalid Condition: unknown operation.');
  }
  if (typeof written !== 'object' || written === null) throw invalid('Invalid Condition.');
  return Object.entries(written).map(([name, value]) => ({
    operator: 'eq',
    name: name.toLowerCase(),
    value: textOf(value),
  }));
}

function parse(policy: string): { expiration: number; conditions: Condition[] } {
  let document: { expiration?: unknown; conditions?: unknown };
  try {
    document = JSON.parse(Buffer.from(policy, 'base64').toString('utf8'));
  } catch {
    throw invalid('Invalid JSON.');
  }
  const expiration = Date.parse(String(document?.expiration));
  if (Number.isNaN(expiration)) throw invalid('Policy missing expiration.');
  if (!Array.isArray(document.conditions)) throw invalid('Policy missing conditions.');
  return { expiration, conditions: document.conditions.flatMap(conditionsOf) };
}

/**
 * Holds a form's fields (lower-case names, with `bucket`) against its policy: it must not be over, each of its conditions
 * must be met, and each field must stand in one. Gives the size that the file may have, if the policy limits it.
 */
export function checkFormPolicy(
  policy: string,
  fields: ReadonlyMap<string, string>,
  now: number,
): SizeRange | undefined {
  const { expiration, conditions } = parse(policy);
  if (expiration <= now) throw refused('Policy expired.');
  const covered = new Set(['bucket']);
  let range: SizeRange | undefined;
  for (const condition of conditions) {
    if (condition.operator === 'content-length-range') {
      range = condition.range;
      continue;
    }
    const { operator, name, value } = condition;
    covered.add(name);
    const sent = fields.get(name) ?? '';
    const holds = operator === 'eq' ? sent === value : sent.startsWith(value);
    if (!holds) throw refused(`Policy Condition failed: ["${operator}", "$${name}", ${JSON.stringify(value)}]`);
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !isFree(name));
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`);
  return range;
}
