import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authenticate, code, NOW, presigned, type Sent } from './signed-requests.ts';

describe('presigned URLs', () => {
  const sent: Sent = {
    service: 's3',
    method: 'GET',
    path: '/bucket/a%20b',
    query: { versionId: 'x y' },
    // The S3 presigner moves this into the query.
    headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  };

  it('hold until they expire', async () => {
    const head = await presigned(sent, 3600);
    assert.equal(authenticate(head, undefined, NOW + 3_600_000)?.payload.kind, 'unsigned');
    assert.throws(() => authenticate(head, undefined, NOW + 3_600_001), code('RequestExpired'));
  });

  it('carry session tokens', async () => {
    const head = await presigned({ ...sent, sessionToken: 'a+b/c==' }, 60);
    assert.ok(authenticate(head, undefined, NOW));
    assert.throws(
      () => authenticate({ ...head, query: head.query.replace('a%2Bb%2Fc%3D%3D', 'old') }, undefined, NOW),
      code('ExpiredToken'),
    );
  });

  it('hold no longer than a week', async () => {
    const head = await presigned(sent, 604_800);
    const longer = { ...head, query: head.query.replace('X-Amz-Expires=604800', 'X-Amz-Expires=604801') };
    assert.throws(() => authenticate(longer, undefined, NOW), code('AuthorizationQueryParametersError'));
  });

  it('refuse a parameter that was changed or added', async () => {
    const head = await presigned(sent, 60);
    for (const query of [head.query.replace('x%20y', 'x%20z'), `${head.query}&acl`]) {
      assert.throws(() => authenticate({ ...head, query }, undefined, NOW), code('SignatureDoesNotMatch'));
    }
  });

  it('work for other services, with the hash of the body', async () => {
    const head = await presigned({ service: 'sts', method: 'GET', query: { Action: 'GetCallerIdentity' } }, 60);
    assert.equal(authenticate(head, undefined, NOW)?.signingName, 'sts');
  });
});
