import { cbor } from '@smithy/core/cbor';
import { RE2JS } from 're2js';
import type { ConstraintFile, Facts } from '../server/models/constraints.ts';
import type { OperationModel } from '../server/models/service-model.ts';

/** A repeatable source of chance (mulberry32), so that a failing run can be run again by its seed. */
export function chanceFrom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  return { next, below, pick };
}
export type Chance = ReturnType<typeof chanceFrom>;

export const BUCKET = 'bucket-1';
const ROLE = 'arn:aws:iam::111122223333:role/SageMakerRole';

/** Texts that pass many a pattern, so that requests get past validation and meet what others have made. */
const plausibleTexts = [
  'name-1',
  'name1',
  'a',
  '1',
  'true',
  `s3://${BUCKET}/key`,
  `s3://${BUCKET}`,
  ROLE,
  'arn:aws:sagemaker:us-east-1:111122223333:model/name-1',
  'arn:aws:logs:us-east-1:111122223333:log-group:name-1',
  'arn:aws:iam::111122223333:policy/name-1',
  'arn:aws:iam::aws:policy/AmazonS3FullAccess',
  '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
  '111122223333',
  'AKIATESTTESTTESTTEST',
  'sha256:0000000000000000000000000000000000000000000000000000000000000000',
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}',
  '2026-01-01T00:00:00Z',
  'ml.m5.large',
  '/',
  BUCKET,
];
const nastyTexts = [
  '',
  ' ',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '\u0000',
  '💥'.repeat(20),
  'x'.repeat(5000),
  "'; DROP TABLE resources;--",
  '%00%2e%2e%2f',
  '<a>&amp;</a>',
  's3://',
  '-1',
  '1e400',
  'NaN',
  'null',
  '\ud800',
  '((((a+)+)+)+)$',
  '{"Statement":[{"Effect":"Maybe"}]}',
];
const nastyNumbers = [0, 1, -1, 5, 100, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53, 1e308, -1e308];
const wrongTypes = [null, 5, 'text', true, [], {}, [[[]]], { a: { b: 1 } }];

/** How mean an input is: the chance of each value to be something that does not belong. */
const MEANNESS = [0, 0.02, 0.1, 0.5];

/** An input for the operation, in JSON's types: near to what is right, with some of it wrong. */
export function randomInput(operation: OperationModel, { inputs, shapes }: ConstraintFile, chance: Chance): unknown {
  const meanness = chance.pick(MEANNESS);
  const randomOf = (name: string, depth: number): unknown => {
    if (chance.next() < meanness / 2) return chance.pick(wrongTypes);
    const facts = shapes[name]!;
    switch (facts.type) {
      case 'structure': {
        if (depth > 8) return {};
        const wanted = chance.next() * 0.6;
        const members = Object.entries(facts.members).filter(([member]) =>
          facts.required?.includes(member) ? chance.next() >= meanness / 2 : chance.next() < wanted,
        );
        return Object.fromEntries(members.map(([member, shape]) => [member, randomOf(shape, depth + 1)]));
      }
      case 'list':
        return Array.from({ length: depth > 8 ? 0 : lengthOf(facts, meanness, chance) }, () =>
          randomOf(facts.member, depth + 1),
        );
      case 'map':
        return Object.fromEntries(
          Array.from({ length: depth > 8 ? 0 : chance.below(3) }, () => [
            textOf({ type: 'string' }, 0.1, chance),
            randomOf(facts.value, depth + 1),
          ]),
        );
      default:
        return scalarOf(facts, meanness, chance);
    }
  };
  const shape = inputs[operation.name];
  return shape ? randomOf(shape, 0) : {};
}

type Scalar = Extract<Facts, { enum?: string[] }>;

function lengthOf({ min = 0, max = 3 }: { min?: number; max?: number }, meanness: number, chance: Chance): number {
  if (chance.next() < meanness) return chance.pick([0, 1, 60]);
  return Math.min(max, min + chance.below(3));
}

function scalarOf(facts: Scalar, meanness: number, chance: Chance): unknown {
  switch (facts.type) {
    case 'boolean':
      return chance.next() < 0.5;
    case 'timestamp':
      return chance.next() < meanness ? chance.pick([-1, 1e18, 0]) : 1_700_000_000 + chance.below(1e8);
    case 'blob':
      return Buffer.from(chance.pick(plausibleTexts)).toString('base64');
    case 'string':
      return textOf(facts, meanness, chance);
    default: {
      if (chance.next() < meanness) return chance.pick(nastyNumbers);
      const { min = 0, max = 1000 } = facts;
      return min + chance.below(Math.min(1000, max - min + 1));
    }
  }
}

function textOf(facts: Scalar, meanness: number, chance: Chance): string {
  if (chance.next() < meanness) return chance.pick(nastyTexts);
  if (facts.enum) return chance.pick(facts.enum);
  const { min = 0, max = Number.POSITIVE_INFINITY } = facts;
  const fits = plausibleTexts.filter(
    (text) => text.length >= min && text.length <= max && matches(facts.pattern, text),
  );
  return fits.length > 0 ? chance.pick(fits) : 'x'.repeat(Math.min(min, 5000));
}

const compiled = new Map<string, RE2JS | undefined>();

/** By RE2, whose time is linear: some patterns of the models would keep JavaScript's own engine busy for ever. */
function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
  return compiled.get(pattern)?.matches(text) ?? true;
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

/** The input as a Query form. */
export function formOf(operation: OperationModel, input: unknown, version: string): string {
  const form = new URLSearchParams({ Action: operation.name, Version: version });
  const put = (name: string, value: unknown) => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) put(`${name}.member.${index + 1}`, item);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) put(name ? `${name}.${key}` : key, item);
    } else if (name) form.append(name, wellFormed(String(value)));
  };
  put('', input);
  return form.toString();
}

/** What stands where a number or a text stood: times that are none, and what only CBOR has. */
const nastyCbor = [
  'c1fb7ff8000000000000',
  'c11bffffffffffffffff',
  'f97e00',
  '1bffffffffffffffff',
  'c249ff',
  'f7',
  'ff',
];

/** The input in CBOR, sometimes with some of its bytes replaced. */
export function brokenCbor(input: unknown, chance: Chance): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(cbor.serialize(input));
  if (chance.next() < 0.5 || bytes.length === 0) return new Uint8Array(bytes);
  const at = chance.below(bytes.length);
  const inserted = chance.next() < 0.5 ? Buffer.from([chance.below(256)]) : Buffer.from(chance.pick(nastyCbor), 'hex');
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + chance.below(10))]));
}

/** A lone half of a surrogate pair cannot be sent as UTF-8 by any client. */
const wellFormed = (text: string) => text.toWellFormed();

const bodies = [
  '',
  'plain text',
  '{}',
  '<a/>',
  '<!DOCTYPE a><a/>',
  '<a>'.repeat(3000),
  '<Delete><Object><Key>key</Key></Object><Object><Key>../x</Key></Object></Delete>',
  '<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>',
  '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
];

/** A request of a REST service: path, query and headers filled in at random, one of a few bodies. */
export function restRequest(operation: OperationModel, chance: Chance) {
  const { method, template } = operation.http!;
  const value = () => wellFormed(chance.pick(chance.next() < 0.6 ? plausibleTexts : nastyTexts));
  const label = () => encodeURIComponent(value()).slice(0, 2000) || 'k';
  const [rest = '/', query = ''] = template.replaceAll(/\{[^}]+\}/g, label).split('?');
  const isS3 = operation.service.id === 's3';
  // The bucket is to stay there for the requests that follow.
  const bucket = operation.name !== 'DeleteBucket' && chance.next() < 0.9 ? BUCKET : label();
  const path = isS3 && operation.name !== 'ListBuckets' ? `/${bucket}${rest}` : rest;
  const headers: Record<string, string> = {};
  const parameters = new URLSearchParams(query);
  if (operation.input.type === 'structure') {
    for (const [index, { traits }] of operation.input.members.entries()) {
      if (index >= operation.input.requiredCount && chance.next() < 0.8) continue;
      const text = value()
        .replaceAll(/[^\x20-\x7e]/g, '')
        .trim()
        .slice(0, 500);
      if (traits.httpHeader) headers[traits.httpHeader.toLowerCase()] = text;
      else if (traits.httpQuery) parameters.set(traits.httpQuery, text);
    }
  }
  // What clients compute by themselves; lies in these are a matter of HTTP, which has tests of its own.
  for (const name of ['content-length', 'transfer-encoding', 'host', 'expect', 'x-amz-content-sha256']) {
    delete headers[name];
  }
  const body = ['GET', 'HEAD'].includes(method) ? '' : chance.pick(bodies);
  return { method, path, query: parameters.toString(), headers, body };
}
