import type { IncomingHttpHeaders } from 'node:http';

const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/** One character (of a raw request line, so at most a byte) in RFC 3986's encoding. */
const encodeByte = (character: string): string =>
  UNRESERVED.test(character)
    ? character
    : `%${(character.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`;

const HEX_PAIR = /^[0-9A-Fa-f]{2}$/;

/**
 * Text as a client may have encoded it, brought into the one encoding that signatures are made over: unreserved
 * characters bare, every other byte as `%XX`. What stands in `keep` stays as it is.
 */
export function normalizeEncoding(text: string, keep = ''): string {
  if (PLAIN_PATH.test(text) && (keep === '/' || !text.includes('/'))) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    const pair = character === '%' ? text.slice(i + 1, i + 3) : '';
    if (HEX_PAIR.test(pair)) {
      const decoded = String.fromCharCode(Number.parseInt(pair, 16));
      out += UNRESERVED.test(decoded) ? decoded : `%${pair.toUpperCase()}`;
      i += 2;
    } else out += character === keep ? character : encodeByte(character);
  }
  return out;
}

/** Empty and `.` segments go, `..` takes the one before along (RFC 3986, 5.2.4); a final slash stays. */
function withoutDotSegments(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const joined = `/${kept.join('/')}`;
  return path.endsWith('/') && kept.length > 0 ? `${joined}/` : joined;
}

/** S3 signs the path as it is sent, all other services normalise it and encode it a second time. */
export function canonicalUri(path: string, service: string): string {
  if (path === '/' || path === '') return '/';
  if (service === 's3') return normalizeEncoding(path, '/');
  const clean = path.includes('//') || path.includes('/.') ? withoutDotSegments(path) : path;
  if (PLAIN_PATH.test(clean)) return clean;
  let out = '';
  for (const character of clean) out += character === '/' ? '/' : encodeByte(character);
  return out;
}

/** Parameters in their canonical encoding, sorted by name, then value; `without` (a presigned URL's signature) left out. */
export function canonicalQuery(query: string, without?: string): string {
  if (query === '') return '';
  const parameters: [string, string][] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = canonicalParameter(equals < 0 ? part : part.slice(0, equals));
    if (name !== without) parameters.push([name, equals < 0 ? '' : canonicalParameter(part.slice(equals + 1))]);
  }
  parameters.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  return parameters.map(([name, value]) => `${name}=${value}`).join('&');
}

// A bare plus means a space in a query, which signers write as %20.
const canonicalParameter = (text: string): string =>
  normalizeEncoding(text.includes('+') ? text.replaceAll('+', '%20') : text);

/** `name:value` lines of the signed headers, in the order in which the request names them. */
export function canonicalHeaders(headers: IncomingHttpHeaders, signed: readonly string[]): string {
  let out = '';
  for (const name of signed) out += `${name}:${canonicalHeaderValue(headers[name])}\n`;
  return out;
}

function canonicalHeaderValue(value: unknown): string {
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : '';
  const trimmed = text.trim();
  return trimmed.includes('  ') ? trimmed.replace(/ +/g, ' ') : trimmed;
}

/** All of it as one text; `headers` are the lines of `canonicalHeaders`. */
export const canonicalRequest = (
  method: string,
  uri: string,
  query: string,
  headers: string,
  signedHeaders: string,
  payloadHash: string,
): string => `${method}\n${uri}\n${query}\n${headers}\n${signedHeaders}\n${payloadHash}`;
