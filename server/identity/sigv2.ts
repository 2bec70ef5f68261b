import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Authenticated, RequestHead } from './identity.ts';
import type { KeyRing } from './sigv4/authenticate.ts';
import {
  expiredToken,
  queryParametersError,
  requestExpired,
  signatureDoesNotMatch,
  unknownKey,
} from './sigv4/errors.ts';

/** What of a query belongs to the resource that Signature Version 2 signs. */
const SUBRESOURCES = new Set([
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'defaultObjectAcl',
  'delete',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'replication',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'select',
  'select-type',
  'storageClass',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);

export const isPresignedV2 = ({ query, headers }: RequestHead): boolean =>
  headers.authorization === undefined && query.includes('AWSAccessKeyId=');

/**
 * S3's presigned URLs of Signature Version 2. S3 itself takes them from old buckets only, yet boto3 makes them still,
 * whenever it is in us-east-1 and nobody has told it otherwise.
 */
export function authenticatePresignedV2(ring: KeyRing, head: RequestHead, now: number): Authenticated {
  const query = new URLSearchParams(head.query);
  const [accessKeyId, signature, expires] = ['AWSAccessKeyId', 'Signature', 'Expires'].map((name) => query.get(name));
  if (!accessKeyId || !signature || !expires || !/^\d{1,12}$/.test(expires)) {
    throw queryParametersError(
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    );
  }
  if (Number(expires) * 1000 < now) throw requestExpired();
  // The signature leaves most of the query out, where Action would make this another service's request.
  if (query.has('Action')) throw signatureDoesNotMatch();
  const token = query.get('x-amz-security-token') ?? head.headers['x-amz-security-token'];
  const holder = ring.holderOf(accessKeyId, typeof token === 'string' ? token : undefined, now);
  if (holder === 'unknown') throw unknownKey('s3');
  if (holder === 'expired') throw expiredToken('s3');

  const sent = Buffer.from(signature, 'base64');
  const fits = (path: string) => {
    const text = stringToSign(head, query, path, expires);
    const expected = createHmac('sha1', holder.secretAccessKey).update(text, 'latin1').digest();
    return sent.length === expected.length && timingSafeEqual(sent, expected);
  };
  if (!pathsOf(head).some(fits)) throw signatureDoesNotMatch();
  return { caller: holder.caller, region: '', signingName: 's3', payload: { kind: 'unsigned' } };
}

/** The signed path always begins with the bucket, also where the bucket stands in the host name. */
function pathsOf({ path, headers }: RequestHead): string[] {
  const bucket = /^(.+?)\.(?:s3[.-].*|localhost(?::\d+)?)$/.exec(headers.host ?? '')?.[1];
  return bucket === undefined ? [path] : [path, `/${bucket}${path}`];
}

function stringToSign(head: RequestHead, query: URLSearchParams, path: string, expires: string): string {
  const value = (name: string) => String(head.headers[name] ?? query.get(name) ?? '').trim();
  const names = [...Object.keys(head.headers), ...query.keys()].filter((name) => name.startsWith('x-amz-'));
  const amzHeaders = [...new Set(names)].sort().map((name) => `${name}:${value(name)}\n`);
  const standard = [head.method, value('content-md5'), value('content-type'), expires].join('\n');
  return `${standard}\n${amzHeaders.join('')}${path}${subresources(query)}`;
}

function subresources(query: URLSearchParams): string {
  const own = [...query].filter(([name]) => SUBRESOURCES.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return own.length === 0 ? '' : `?${own.map(([name, value]) => (value ? `${name}=${value}` : name)).join('&')}`;
}
