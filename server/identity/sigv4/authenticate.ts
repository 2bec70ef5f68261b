import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BoundedCache } from '../../bounded-cache.ts';
import type { Authenticated, Caller, RequestHead } from '../identity.ts';
import { type Authorization, type CredentialScope, parseAuthorizationHeader } from './authorization.ts';
import { canonicalHeaders, canonicalQuery, canonicalRequest, canonicalUri } from './canonical-request.ts';
import {
  expiredToken,
  invalidToken,
  missingContentHash,
  signatureDoesNotMatch,
  unknownKey,
  unsignedHeaders,
} from './errors.ts';
import { emptyHash, type HmacKey, hmacKey, sha256Hex } from './hmac.ts';
import { payloadCheckOf } from './payload-check.ts';
import { isPresigned, type Presigned, parsePresignedQuery } from './presigned.ts';
import { deriveSigningKey, signatureOf, stringToSign } from './signing-key.ts';
import { checkClockSkew, requestTimestamp } from './time.ts';

/** Who a key id (with its session token, if it has one) stands for, and the secret to check with. */
export interface KeyHolder {
  readonly caller: Caller;
  readonly secretAccessKey: string;
}

export interface KeyRing {
  holderOf(accessKeyId: string, sessionToken: string | undefined, now: number): KeyHolder | 'unknown' | 'expired';
}

interface SigningKey {
  readonly secret: string;
  readonly key: Buffer;
  readonly hmac: HmacKey;
}

/** Signed fields, wherever in the request they stand. */
type Claim = Authorization & Pick<Presigned, 'timestamp' | 'sessionToken' | 'contentHash'> & { presigned: boolean };

export type Authenticate = (head: RequestHead, body: Uint8Array | undefined, now: number) => Authenticated | undefined;

/** Verifies requests against the keys of `ring`. See `Identity.authenticate`. */
export function createAuthenticate(ring: KeyRing): Authenticate {
  const signingKeys = new BoundedCache<string, SigningKey>(8192);

  function signingKey(scope: CredentialScope, secret: string): SigningKey {
    const name = `${scope.accessKeyId}/${scope.text}`;
    const known = signingKeys.get(name);
    // The same key id has another secret after `reset`, or in another session.
    if (known?.secret === secret) return known;
    const key = deriveSigningKey(secret, scope);
    const fresh = { secret, key, hmac: hmacKey(key) };
    signingKeys.set(name, fresh);
    return fresh;
  }

  return (head, body, now) => {
    const claim = claimOf(head, now);
    if (!claim) return undefined;
    const { scope, timestamp } = claim;
    checkScopeDate(scope, timestamp);
    const holder = ring.holderOf(scope.accessKeyId, claim.sessionToken, now);
    if (holder === 'unknown') {
      throw scope.service === 's3' && claim.sessionToken !== undefined ? invalidToken() : unknownKey(scope.service);
    }
    if (holder === 'expired') throw expiredToken(scope.service);
    const contentHash = claim.contentHash ?? contentHashOf(scope.service, claim.presigned, body);
    checkAllSigned(head.headers, claim.signedHeaders);

    const request = canonicalRequest(
      head.method,
      canonicalUri(head.path, scope.service),
      canonicalQuery(head.query, claim.presigned ? 'X-Amz-Signature' : undefined),
      canonicalHeaders(head.headers, claim.signedHeaders),
      claim.signedHeadersText,
      contentHash,
    );
    const signing = signingKey(scope, holder.secretAccessKey);
    // Node gives header bytes as Latin-1, so that this is what the client hashed even for UTF-8 values.
    const hashed = sha256Hex(Buffer.from(request, 'latin1'));
    const expected = signatureOf(signing.hmac, stringToSign(timestamp, scope.text, hashed));
    if (!isSame(expected, claim.signature)) throw signatureDoesNotMatch();
    return {
      caller: holder.caller,
      region: scope.region,
      signingName: scope.service,
      payload:
        claim.contentHash === undefined && scope.service !== 's3'
          ? { kind: 'sha256', hex: contentHash, verified: true }
          : payloadCheckOf(contentHash, head.headers, () => ({
              key: signing.key,
              date: timestamp,
              scope: scope.text,
              seed: claim.signature,
            })),
    };
  };
}

function claimOf(head: RequestHead, now: number): Claim | undefined {
  const { authorization } = head.headers;
  if (typeof authorization === 'string') {
    const timestamp = requestTimestamp(head.headers['x-amz-date'], head.headers.date);
    const parsed = parseAuthorizationHeader(authorization);
    checkClockSkew(timestamp, now, parsed.scope.service);
    return {
      ...parsed,
      presigned: false,
      timestamp,
      sessionToken: textOf(head.headers['x-amz-security-token']),
      contentHash: textOf(head.headers['x-amz-content-sha256']),
    };
  }
  return isPresigned(head.query) ? { ...parsePresignedQuery(head, now), presigned: true } : undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function checkScopeDate(scope: CredentialScope, timestamp: string): void {
  if (timestamp.startsWith(scope.date) && scope.date.length === 8) return;
  throw signatureDoesNotMatch(
    'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
      `'${scope.date}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
  );
}

/** S3 wants the hash in a header; elsewhere a missing one stands for the hash of the body. */
function contentHashOf(service: string, presigned: boolean, body: Uint8Array | undefined): string {
  if (service === 's3') {
    if (presigned) return 'UNSIGNED-PAYLOAD';
    throw missingContentHash();
  }
  return body && body.length > 0 ? sha256Hex(body) : emptyHash;
}

/**
 * Refuses x-amz-* headers that somebody could have added: with X-Amz-Target, say, a presigned URL for one operation
 * would become another.
 */
function checkAllSigned(headers: IncomingHttpHeaders, signed: readonly string[]): void {
  let missing: string[] | undefined;
  for (const name in headers) {
    if (name.startsWith('x-amz-') && !signed.includes(name) && name !== 'x-amz-content-sha256') {
      missing ??= [];
      missing.push(name);
    }
  }
  if (missing) throw unsignedHeaders(missing);
}

const sent = Buffer.alloc(32);

function isSame(expected: Buffer, signature: string): boolean {
  // Writing stops at the first character that is not hex, so that anything but 64 hex digits comes out too short.
  return signature.length === 64 && sent.write(signature, 'hex') === 32 && timingSafeEqual(expected, sent);
}
