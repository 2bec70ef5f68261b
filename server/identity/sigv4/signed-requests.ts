import assert from 'node:assert/strict';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import { ServiceError } from '../../errors.ts';
import type { Caller, RequestHead } from '../identity.ts';
import { createAuthenticate, type KeyRing } from './authenticate.ts';

/** The key of AWS's own worked examples (Amazon S3 API Reference, "Authenticating Requests"). */
export const EXAMPLE = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
/** When tests sign, and verify unless they say otherwise. */
export const NOW = Date.UTC(2026, 10, 23, 12);

export const caller: Caller = {
  kind: 'root',
  accountId: '1',
  arn: 'arn',
  userId: '1',
  accessKeyId: EXAMPLE.accessKeyId,
};
const ring: KeyRing = {
  holderOf: (id, token) => {
    if (token === 'old') return 'expired';
    return id === EXAMPLE.accessKeyId ? { caller, secretAccessKey: EXAMPLE.secretAccessKey } : 'unknown';
  },
};
export const authenticate = createAuthenticate(ring);

export const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof ServiceError, String(error));
  assert.equal(error.code, expected, error.message);
  return true;
};

/** The hash that the signer is made with. */
export class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {}
}

export interface Sent {
  readonly service?: string;
  readonly method?: string;
  /** As on the wire. */
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly sessionToken?: string;
  readonly signedAt?: number;
  readonly applyChecksum?: boolean;
}

const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const wireQuery = (query: Record<string, unknown> = {}) =>
  Object.entries(query)
    .flatMap(([name, value]) => [value].flat().map((item) => `${escaped(name)}=${escaped(String(item))}`))
    .join('&');

const signerOf = ({ service = 'sagemaker', sessionToken, applyChecksum = false }: Sent) =>
  new SignatureV4({
    credentials: { ...EXAMPLE, sessionToken },
    region: 'eu-central-1',
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum,
  });

const requestOf = ({ method = 'POST', path = '/', query = {}, headers = {}, body }: Sent): HttpRequest => ({
  method,
  protocol: 'http:',
  hostname: '127.0.0.1',
  port: 4566,
  path,
  query,
  headers: { host: '127.0.0.1:4566', ...headers },
  body,
});

const headOf = ({ method, path, query, headers }: HttpRequest): RequestHead => ({
  method,
  path,
  query: wireQuery(query),
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
});

/** Signed by the AWS SDK's signer. */
export async function signed(sent: Sent): Promise<[RequestHead, Buffer | undefined]> {
  const request = await signerOf(sent).sign(requestOf(sent), { signingDate: new Date(sent.signedAt ?? NOW) });
  return [headOf(request), sent.body === undefined ? undefined : Buffer.from(sent.body)];
}

export async function presigned(sent: Sent, expiresIn: number): Promise<RequestHead> {
  const signingDate = new Date(sent.signedAt ?? NOW);
  return headOf(await signerOf(sent).presign(requestOf(sent), { signingDate, expiresIn }));
}
