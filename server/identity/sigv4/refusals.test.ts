import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../errors.ts';
import type { RequestHead } from '../identity.ts';
import { authenticate, code, EXAMPLE, NOW, presigned, type Sent, signed } from './signed-requests.ts';

describe('refusals', () => {
  const change = async (from: string | RegExp, to: string, sent: Sent = {}) => {
    const [head, body] = await signed(sent);
    const authorization = head.headers.authorization!.replace(from, to);
    return () => authenticate({ ...head, headers: { ...head.headers, authorization } }, body, NOW);
  };

  it('knows no other key', async () => {
    assert.throws(await change(EXAMPLE.accessKeyId, 'AKIAOTHER'), code('InvalidClientTokenId'));
  });

  it('tells S3 clients that it is the token which it does not know', async () => {
    const credentials = { service: 's3', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, sessionToken: 'x' };
    assert.throws(await change(EXAMPLE.accessKeyId, 'ASIAOTHER', credentials), code('InvalidToken'));
    assert.throws(await change(EXAMPLE.accessKeyId, 'ASIAOTHER', { sessionToken: 'x' }), code('InvalidClientTokenId'));
  });

  it('refuses an expired token', async () => {
    const [head] = await signed({ sessionToken: 'old' });
    assert.throws(() => authenticate(head, undefined, NOW), code('ExpiredToken'));
  });

  it('names the missing parts of the header', async () => {
    assert.throws(await change(/, Signature=.*/, ''), {
      code: 'IncompleteSignature',
      message: "Authorization header requires 'Signature' parameter.",
    });
    assert.throws(await change(/Credential=.*?, /, ''), {
      message: "Authorization header requires 'Credential' parameter.",
    });
    assert.throws(await change('/aws4_request', ''), { message: /exactly 5 slash-delimited elements/ });
    assert.throws(await change('aws4_request', 'aws5_request'), { message: /valid terminator: 'aws4_request'/ });
    assert.throws(await change('host;', ''), { message: /'Host' or ':authority' must be a 'SignedHeader'/ });
    assert.throws(await change('AWS4-HMAC-SHA256 ', 'AWS '), code('IncompleteSignature'));
  });

  it('wants all x-amz-* headers signed', async () => {
    const [head] = await signed({ service: 's3', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    const more = { ...head, headers: { ...head.headers, 'x-amz-acl': 'public-read' } };
    assert.throws(() => authenticate(more, undefined, NOW), {
      code: 'AccessDenied',
      members: { HeadersNotSigned: 'x-amz-acl' },
    });
    const url = await presigned({ service: 'sts', method: 'GET', query: { Action: 'GetCallerIdentity' } }, 60);
    const other = { ...url, headers: { ...url.headers, 'x-amz-target': 'SageMaker.ListModels' } };
    assert.throws(() => authenticate(other, undefined, NOW), code('AccessDenied'));
  });

  it('wants x-amz-content-sha256 from S3 clients, in one of the forms that there are', async () => {
    const [without] = await signed({ service: 's3' });
    assert.throws(() => authenticate(without, undefined, NOW), code('InvalidRequest'));
    const [wrong] = await signed({ service: 's3', headers: { 'x-amz-content-sha256': 'abc' } });
    assert.throws(() => authenticate(wrong, undefined, NOW), code('InvalidArgument'));
  });

  it('answers every mutilated header and query with a ServiceError', async () => {
    const [head, body] = await signed({ body: '{}', sessionToken: 't' });
    const { authorization = '' } = head.headers;
    const url = await presigned({ service: 's3', method: 'GET' }, 60);
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const junk = [
      '',
      '\u0000',
      '/',
      ';',
      '=',
      ',',
      '%',
      '%%',
      'é',
      '__proto__',
      'constructor',
      '9'.repeat(5000),
      'NaN',
      '-1',
    ];
    const mutilate = (text: string) => {
      const at = random(text.length);
      return text.slice(0, at) + junk[random(junk.length)] + text.slice(at + random(8));
    };
    for (let i = 0; i < 3000; i++) {
      const headers: Record<string, unknown> = { ...head.headers, authorization: mutilate(authorization) };
      if (i % 3 === 0) headers['x-amz-date'] = mutilate(String(headers['x-amz-date']));
      for (const attempt of [
        () => authenticate({ ...head, headers: headers as RequestHead['headers'] }, body, NOW),
        () => authenticate({ ...url, query: mutilate(url.query) }, undefined, NOW),
      ]) {
        try {
          attempt();
        } catch (error) {
          assert.ok(error instanceof ServiceError, String((error as Error).stack));
        }
      }
    }
  });
});
