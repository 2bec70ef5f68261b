import type { CredentialScope } from './authorization.ts';
import { type HmacKey, hmac, hmacKey } from './hmac.ts';

/** The key that signs for one day, region and service: secret → date → region → service → `aws4_request`. */
export function deriveSigningKey(secret: string, scope: CredentialScope): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret}`, 'utf8');
  for (const part of [scope.date, scope.region, scope.service, 'aws4_request']) key = hmac(hmacKey(key), part);
  return key;
}

/** What the signature is made over. `timestamp` is the request's own, in basic ISO form; `hashedRequest` in hex. */
export const stringToSign = (timestamp: string, scope: string, hashedRequest: string): string =>
  `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hashedRequest}`;

export const signatureOf = (key: HmacKey, text: string): Buffer => hmac(key, text);
