import type { Clock } from '../clock.ts';
import { missingField } from '../identity/form-signature.ts';
import type { Identity } from '../identity/identity.ts';
import { objectUrl } from '../object-url.ts';
import type { WireResponse } from '../protocols/protocol.ts';
import { parseXml } from '../protocols/xml-read.ts';
import { element, escapeXml } from '../protocols/xml-write.ts';
import type { Exchange, Step } from './exchange.ts';
import { readForm } from './form-parse.ts';
import { checkFormPolicy } from './form-policy.ts';
import { headerText } from './header-text.ts';
import { continueIfAsked, limitSilence, type Patience } from './read-body.ts';

const MAX_FILE_BYTES = 5 * 1024 ** 3;

/** A form that uploads to S3: POST to the bucket itself, for which the service has no operation. */
const isForm = ({ served, operation, operationName, labels, request }: Exchange): boolean =>
  operation === undefined &&
  operationName === 'POST /' &&
  served!.model.service.id === 's3' &&
  labels.Bucket !== undefined &&
  /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');

/**
 * Takes a form that uploads to S3 (POST Object) as the PutObject that it stands for. Whoever signed its policy is the
 * caller; without one it is anyone, and the bucket's policy decides.
 */
export const acceptForm =
  (identity: Identity, clock: Clock, { silenceMs }: Patience): Step =>
  (exchange) => {
    if (!isForm(exchange)) return;
    limitSilence(exchange.request, silenceMs);
    return takeForm(exchange, identity, clock);
  };

async function takeForm(exchange: Exchange, identity: Identity, clock: Clock): Promise<void> {
  continueIfAsked(exchange);
  const { fields, fileName, fileWithin } = await readForm(exchange.request);
  const authenticated = identity.authenticateForm(fields);
  const key = fields.get('key')?.replace(/\$\{filename\}/g, () => fileName);
  if (!key) throw missingField('key', '');
  const Bucket = exchange.labels.Bucket!;
  const told = new Map([...fields, ['key', key], ['bucket', Bucket]]);
  const range = authenticated && checkFormPolicy(fields.get('policy')!, told, clock.now().getTime());
  const { min, max } = range ?? { min: 0, max: MAX_FILE_BYTES };
  exchange.operation = exchange.served!.model.operations.get('PutObject')!;
  exchange.labels = { Bucket, Key: key };
  exchange.headers = headersOf(fields, exchange.request.headers);
  exchange.authenticated = authenticated;
  exchange.form = { fields, file: fileWithin({ min, max: Math.min(max, MAX_FILE_BYTES) }) };
}

const STANDARD = /^(?:cache-control|content-(?:disposition|encoding|language|md5|type)|expires)$/;
const OF_THE_SIGNATURE = /^x-amz-(?:algorithm|credential|date|signature|security-token)$/;

/** The headers that a PutObject would have had. */
function headersOf(fields: ReadonlyMap<string, string>, { host, origin }: Exchange['headers']): Exchange['headers'] {
  const headers: Record<string, string | undefined> = { host, origin };
  const set = (name: string, value: string) => {
    headers[name] = headerText(value);
  };
  for (const [name, value] of fields) {
    if (name === 'acl') set('x-amz-acl', value);
    else if (name === 'tagging') set('x-amz-tagging', tagsOf(value));
    else if (STANDARD.test(name) || (name.startsWith('x-amz-') && !OF_THE_SIGNATURE.test(name))) set(name, value);
  }
  return headers;
}

/** A form has its tags in XML, as PutObjectTagging does; the header has them as in a query. */
function tagsOf(xml: string): string {
  const { TagSet } = parseXml(Buffer.from(xml)) as { TagSet?: { Tag?: unknown } };
  const tags = [TagSet?.Tag ?? []].flat() as { Key?: unknown; Value?: unknown }[];
  const query = new URLSearchParams();
  for (const { Key, Value } of tags) query.append(String(Key ?? ''), String(Value ?? ''));
  return query.toString();
}

/** What the form asked to be answered with, in place of PutObject's own answer. */
export function formAnswer({ form, labels, context }: Exchange, answer: WireResponse): WireResponse {
  const { fields } = form!;
  const { Bucket = '', Key = '' } = labels;
  const etag = answer.headers.etag ?? '';
  const redirect = redirection(fields.get('success_action_redirect') ?? fields.get('redirect'));
  if (redirect) {
    for (const [name, value] of Object.entries({ bucket: Bucket, key: Key, etag })) {
      redirect.searchParams.set(name, value);
    }
    return { status: 303, headers: { ...answer.headers, location: redirect.href } };
  }
  const location = objectUrl(context!.origin, Bucket, Key);
  const headers = { ...answer.headers, location };
  const status = fields.get('success_action_status');
  if (status !== '201') return { status: status === '200' ? 200 : 204, headers };
  const told = { Location: location, Bucket, Key, ETag: etag };
  const members = Object.entries(told).map(([name, value]) => element(name, escapeXml(value)));
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element('PostResponse', members.join(''))}`;
  return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body };
}

/** What is no address to go to counts for nothing. */
function redirection(address: string | undefined): URL | undefined {
  const url = address ? URL.parse(address) : null;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
