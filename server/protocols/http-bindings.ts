import type { OperationModel } from '../models/service-model.ts';
import type { Member, ScalarShape, Shape } from '../models/shapes.ts';
import type { WireRequest } from './protocol.ts';
import { scalarFromText, scalarToText } from './scalars.ts';

/** Where REST protocols put the members of a structure. Those without a binding make up the body. */
export interface Bindings {
  readonly labels: readonly Member[];
  readonly query: readonly Member[];
  readonly queryParams?: Member;
  /** With the header's name in lower case, as Node has it. */
  readonly headers: readonly { readonly member: Member; readonly header: string }[];
  readonly prefixHeaders?: Member;
  readonly payload?: Member;
  readonly responseCode?: Member;
  readonly body: readonly Member[];
}

const known = new WeakMap<Shape, Bindings>();

export function bindingsOf(shape: Shape): Bindings {
  let bindings = known.get(shape);
  if (!bindings) {
    bindings = sort(shape.type === 'structure' ? shape.members : []);
    known.set(shape, bindings);
  }
  return bindings;
}

function sort(members: readonly Member[]): Bindings {
  const bound = (member: Member) => {
    const { traits } = member;
    return Boolean(
      traits.httpLabel ||
        traits.httpQuery ||
        traits.httpQueryParams ||
        traits.httpHeader ||
        traits.httpPrefixHeaders !== undefined ||
        traits.httpPayload ||
        traits.httpResponseCode,
    );
  };
  return {
    labels: members.filter(({ traits }) => traits.httpLabel),
    query: members.filter(({ traits }) => traits.httpQuery),
    queryParams: members.find(({ traits }) => traits.httpQueryParams),
    headers: members.flatMap((member) => {
      const header = member.traits.httpHeader?.toLowerCase();
      return header ? [{ member, header }] : [];
    }),
    prefixHeaders: members.find(({ traits }) => traits.httpPrefixHeaders !== undefined),
    payload: members.find(({ traits }) => traits.httpPayload),
    responseCode: members.find(({ traits }) => traits.httpResponseCode),
    body: members.filter((member) => !bound(member)),
  };
}

const firstOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(',') : value);

/** All members of the input that are not in the body. */
export function decodeBindings({ input }: OperationModel, request: WireRequest): Record<string, unknown> {
  const bindings = bindingsOf(input);
  const decoded: Record<string, unknown> = {};
  for (const { name, shape } of bindings.labels) {
    const text = request.labels[name];
    if (text !== undefined) decoded[name] = scalarFromText(shape as ScalarShape, text, name);
  }
  for (const { name, shape, traits } of bindings.query) {
    const texts = request.query.getAll(traits.httpQuery!);
    if (texts.length > 0) decoded[name] = fromTexts(shape, texts, name);
  }
  for (const { member, header } of bindings.headers) {
    const text = firstOf(request.headers[header]);
    // S3 keeps whatever stands in Expires, dates or not, and its operations read the header itself.
    if (text === undefined || header === 'expires') continue;
    const { name, shape } = member;
    decoded[name] = fromTexts(shape, splitList(shape, text), name);
  }
  if (bindings.prefixHeaders) {
    decoded[bindings.prefixHeaders.name] = prefixed(request.headers, bindings.prefixHeaders.traits.httpPrefixHeaders!);
  }
  return decoded;
}

const splitList = (shape: Shape, text: string) =>
  shape.type === 'list' ? text.split(',').map((item) => item.trim()) : [text];

function fromTexts(shape: Shape, texts: string[], path: string): unknown {
  if (shape.type !== 'list') return scalarFromText(shape as ScalarShape, texts[0]!, path);
  return texts.map((text) => scalarFromText(shape.member.shape as ScalarShape, text, path));
}

function prefixed(headers: WireRequest['headers'], prefix: string): Record<string, string> {
  const found: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name.startsWith(prefix)) found.push([name.slice(prefix.length), firstOf(value)!]);
  }
  return Object.fromEntries(found);
}

/** Status and headers out of an output; `body` members and payload are left to the protocol. */
export function encodeBindings(
  operation: OperationModel,
  output: Record<string, unknown>,
): { status: number; headers: Record<string, string> } {
  const bindings = bindingsOf(operation.output);
  const headers: Record<string, string> = {};
  for (const { member, header } of bindings.headers) {
    const value = output[member.name];
    if (value === undefined || value === null) continue;
    const { shape } = member;
    const text =
      shape.type === 'list'
        ? (value as unknown[])
            .map((item) => scalarToText(shape.member.shape as ScalarShape, item, 'http-date'))
            .join(', ')
        : scalarToText(shape as ScalarShape, value, 'http-date');
    headers[header] = headerText(text);
  }
  if (bindings.prefixHeaders) {
    const { name, traits } = bindings.prefixHeaders;
    for (const [key, value] of Object.entries((output[name] as Record<string, string> | undefined) ?? {})) {
      headers[`${traits.httpPrefixHeaders}${key}`.toLowerCase()] = headerText(value);
    }
  }
  const code = bindings.responseCode && (output[bindings.responseCode.name] as number | undefined);
  return { status: code ?? operation.http?.status ?? 200, headers };
}

/** Header values cannot hold line ends or characters above U+00FF: those go as UTF-8 bytes, as AWS sends them. */
function headerText(text: string): string {
  const oneLine = text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ');
  return /^[\x20-\xff\t]*$/.test(oneLine) ? oneLine : Buffer.from(oneLine, 'utf8').toString('latin1');
}
