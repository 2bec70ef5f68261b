import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../errors.ts';
import type { Caller, RequestHead } from './identity.ts';
import { authenticatePresignedV2 } from './sigv2.ts';
import type { KeyRing } from './sigv4/authenticate.ts';

// Signed by boto3: generate_presigned_url with signature_version 's3', at this time, for 3600 seconds.
const NOW = Date.UTC(2026, 10, 23, 12);
const caller: Caller = { kind: 'root', accountId: '1', arn: 'a', userId: 'u', accessKeyId: 'AKIAEXAMPLE' };
const ring: KeyRing = {
  holderOf: (id) => (id === 'AKIAEXAMPLE' ? { caller, secretAccessKey: 'secret/Example+Key' } : 'unknown'),
};

const head = (method: string, url: string, headers: Record<string, string> = {}): RequestHead => {
  const { host, pathname, search } = new URL(url);
  return { method, path: pathname, query: search.slice(1), headers: { host, ...headers } };
};

const signed: Record<string, RequestHead> = {
  'a GET': head(
    'GET',
    'http://127.0.0.1:4566/bucket/a%20b/c%2B%281%29.txt?AWSAccessKeyId=AKIAEXAMPLE&Signature=phzmNmIFzdYhNk1Gmo1CWrR8CiQ%3D&Expires=1795438800',
  ),
  'a GET with subresources': head(
    'GET',
    'http://127.0.0.1:4566/bucket/k?versionId=v%2F1&response-content-type=text%2Fplain%3B%20x%3Dy&AWSAccessKeyId=AKIAEXAMPLE&Signature=hXc%2BrzY6I1zxnZHygLuismx3TRA%3D&Expires=1795438800',
  ),
  'a PUT with a type and metadata': head(
    'PUT',
    'http://127.0.0.1:4566/bucket/k?AWSAccessKeyId=AKIAEXAMPLE&Signature=yC9cdehSmBSBakBlCtMAlwa%2BgZo%3D&content-type=text%2Fcsv&x-amz-meta-a=b&Expires=1795438800',
    { 'content-type': 'text/csv', 'x-amz-meta-a': 'b' },
  ),
  'a GET in the name of a session': head(
    'GET',
    'http://127.0.0.1:4566/bucket/k?AWSAccessKeyId=AKIAEXAMPLE&Signature=C1Ltug2RfNVEqZU1hvxZh9AD0vw%3D&x-amz-security-token=to%2Fken%2B%3D&Expires=1795438800',
  ),
  'a GET at a host name of AWS': head(
    'GET',
    'https://bucket.s3.amazonaws.com/k?AWSAccessKeyId=AKIAEXAMPLE&Signature=LZ29lBDimmR1tGfsVOQ8qchtj2I%3D&Expires=1795438800',
  ),
};

const code = (expected: string) => (error: unknown) => error instanceof ServiceError && error.code === expected;

describe('presigned URLs of Signature Version 2', () => {
  for (const [name, request] of Object.entries(signed)) {
    it(`verifies ${name}`, () => {
      assert.equal(authenticatePresignedV2(ring, request, NOW).caller, caller);
      const other = { ...request, path: `${request.path}x` };
      assert.throws(() => authenticatePresignedV2(ring, other, NOW), code('SignatureDoesNotMatch'));
      const otherMethod = { ...request, method: 'DELETE' };
      assert.throws(() => authenticatePresignedV2(ring, otherMethod, NOW), code('SignatureDoesNotMatch'));
    });
  }

  it('expire', () => {
    const request = signed['a GET']!;
    assert.ok(authenticatePresignedV2(ring, request, NOW + 3_600_000));
    assert.throws(() => authenticatePresignedV2(ring, request, NOW + 3_601_000), code('RequestExpired'));
  });

  it('cannot be turned into a request of another service', () => {
    const { query, ...request } = signed['a GET']!;
    const turned = { ...request, query: `${query}&Action=ListUsers&Version=2010-05-08` };
    assert.throws(() => authenticatePresignedV2(ring, turned, NOW), code('SignatureDoesNotMatch'));
  });

  it('refuse unknown keys and missing parameters', () => {
    const { query, ...request } = signed['a GET']!;
    const ask = (changed: string) => () => authenticatePresignedV2(ring, { ...request, query: changed }, NOW);
    assert.throws(ask(query.replace('AKIAEXAMPLE', 'AKIAOTHER')), code('InvalidClientTokenId'));
    assert.throws(ask(query.replace(/&Expires=\d+/, '')), code('AuthorizationQueryParametersError'));
  });
});
