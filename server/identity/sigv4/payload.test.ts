import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { ServiceError } from '../../errors.ts';
import type { PayloadCheck } from '../identity.ts';
import { decodePayload, verifyPayload } from './payload.ts';
import type { ChunkSigning } from './payload-check.ts';
import { deriveSigningKey } from './signing-key.ts';

// AWS's worked examples (Amazon S3 API Reference, "Signature Calculations … Transferring Payload in Multiple Chunks").
const SCOPE = '20130524/us-east-1/s3/aws4_request';
const key = deriveSigningKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  date: '20130524',
  region: 'us-east-1',
  service: 's3',
  text: SCOPE,
});
const signing = (seed: string): ChunkSigning => ({ key, date: '20130524T000000Z', scope: SCOPE, seed });

const data = Buffer.alloc(66560, 'a');

const chunked = (signatures: readonly string[], end = '\r\n'): Buffer =>
  Buffer.concat([
    Buffer.from(`10000;chunk-signature=${signatures[0]}\r\n`),
    data.subarray(0, 65536),
    Buffer.from(`\r\n400;chunk-signature=${signatures[1]}\r\n`),
    data.subarray(65536),
    Buffer.from(`\r\n0;chunk-signature=${signatures[2]}\r\n${end}`),
  ]);

const signedChunks: PayloadCheck = {
  kind: 'aws-chunked',
  signing: signing('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'),
  trailer: false,
  decodedLength: 66560,
};
const signedBody = chunked([
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
]);

const signedTrailer: PayloadCheck = {
  kind: 'aws-chunked',
  signing: signing('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'),
  trailer: true,
  decodedLength: 66560,
};
const trailerBody = (checksum = 'sOO8/Q==') =>
  chunked(
    [
      'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
      '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
      '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
    ],
    `x-amz-checksum-crc32c:${checksum}\r\n` +
      'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  );

const unsigned: PayloadCheck = { kind: 'aws-chunked', trailer: true };
const unsignedBody = Buffer.from('5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');

const inPieces = (body: Buffer, size: number): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
    })(),
    { objectMode: false },
  );

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof ServiceError, String(error));
  assert.equal(error.code, expected, error.message);
  return true;
};

describe('aws-chunked', () => {
  it('verifies the chain of signatures of the S3 reference', () => {
    assert.ok(verifyPayload(signedBody, signedChunks).equals(data));
  });

  it('verifies the signed trailer of the S3 reference', async () => {
    assert.ok(verifyPayload(trailerBody(), signedTrailer).equals(data));
    const payload = decodePayload(Readable.from([trailerBody()]), signedTrailer);
    assert.ok((await buffer(payload)).equals(data));
    assert.deepEqual(payload.trailers, { 'x-amz-checksum-crc32c': 'sOO8/Q==' });
  });

  for (const size of [1, 7, 1000, 65536]) {
    it(`comes out the same in pieces of ${size} bytes`, async () => {
      assert.ok((await buffer(decodePayload(inPieces(signedBody, size), signedChunks))).equals(data));
    });
  }

  it('gives the trailers of an unsigned payload', async () => {
    const payload = decodePayload(inPieces(unsignedBody, 3), unsigned);
    assert.equal((await buffer(payload)).toString(), 'hello!');
    assert.deepEqual(payload.trailers, { 'x-amz-checksum-crc32': 'AAAAAA==' });
  });

  it('refuses a changed byte, chunk order, signature and trailer', async () => {
    const changed = Buffer.from(signedBody);
    changed[200] = 98;
    assert.throws(() => verifyPayload(changed, signedChunks), code('SignatureDoesNotMatch'));
    await assert.rejects(buffer(decodePayload(inPieces(changed, 999), signedChunks)), code('SignatureDoesNotMatch'));
    const otherSeed = { ...signedChunks, signing: signing('0'.repeat(64)) };
    assert.throws(() => verifyPayload(signedBody, otherSeed), code('SignatureDoesNotMatch'));
    assert.throws(() => verifyPayload(trailerBody('AAAAAA=='), signedTrailer), code('SignatureDoesNotMatch'));
  });

  it('refuses a payload that ends early or has another length than announced', async () => {
    assert.throws(() => verifyPayload(signedBody.subarray(0, 50_000), signedChunks), code('IncompleteBody'));
    await assert.rejects(
      buffer(decodePayload(inPieces(signedBody.subarray(0, 70), 10), signedChunks)),
      code('IncompleteBody'),
    );
    assert.throws(() => verifyPayload(unsignedBody, { ...unsigned, decodedLength: 7 }), code('IncompleteBody'));
    assert.throws(() => verifyPayload(unsignedBody, { ...unsigned, decodedLength: 5 }), code('IncompleteBody'));
  });

  it('refuses chunks without a signature where there should be one', () => {
    assert.throws(() => verifyPayload(unsignedBody, signedChunks), code('InvalidRequest'));
  });

  it('fails when the client goes away, and leaves the connection alone when it fails itself', async () => {
    const body = new PassThrough();
    const payload = decodePayload(body, unsigned);
    body.write('5\r\nhe');
    body.destroy();
    await assert.rejects(buffer(payload), code('IncompleteBody'));

    const request = new PassThrough();
    const refused = decodePayload(request, unsigned);
    request.write('what?\r\n');
    await assert.rejects(buffer(refused), code('InvalidRequest'));
    assert.equal(request.destroyed, false);
  });

  it('ends nothing but itself when it fails and nobody reads it', async () => {
    const body = new PassThrough();
    const decoded = decodePayload(body, { kind: 'aws-chunked', trailer: false });
    body.destroy(new Error('aborted'));
    // Not `once`, which would listen to errors as well.
    await new Promise((resolve) => decoded.on('close', resolve));
  });

  it('answers every mutilated framing with a ServiceError', () => {
    const small = Buffer.from('3;chunk-signature=abc\r\nabc\r\n0\r\nx-amz-a:b\r\n\r\n');
    let seed = 11;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const bodies = [small, unsignedBody, trailerBody(), signedBody];
    const checks = [unsigned, signedChunks, signedTrailer, { kind: 'aws-chunked', trailer: false } as const];
    const junk = ['', '\r\n', '\n', ';', 'ffffffffffff', '0\r\n', '-1', 'zz', '\u0000', ':', '9'.repeat(3000)];
    for (let i = 0; i < 3000; i++) {
      const body = bodies[i % bodies.length]!;
      const at = i % 2 ? random(body.length) : random(Math.min(100, body.length));
      const mutilated = Buffer.concat([
        body.subarray(0, at),
        Buffer.from(junk[random(junk.length)]!),
        body.subarray(at + random(20)),
      ]);
      try {
        verifyPayload(mutilated, checks[random(checks.length)]!);
      } catch (error) {
        assert.ok(error instanceof ServiceError, String((error as Error).stack));
      }
    }
  });
});

describe('other payloads', () => {
  const hex = createHash('sha256').update('hello').digest('hex');

  it('are compared with x-amz-content-sha256', async () => {
    assert.equal(verifyPayload(Buffer.from('hello'), { kind: 'sha256', hex }).toString(), 'hello');
    assert.throws(
      () => verifyPayload(Buffer.from('hallo'), { kind: 'sha256', hex }),
      code('XAmzContentSHA256Mismatch'),
    );
    const good = decodePayload(Readable.from([Buffer.from('hel'), Buffer.from('lo')]), { kind: 'sha256', hex });
    assert.equal((await buffer(good)).toString(), 'hello');
    const bad = decodePayload(Readable.from([Buffer.from('hallo')]), { kind: 'sha256', hex });
    await assert.rejects(buffer(bad), code('XAmzContentSHA256Mismatch'));
  });

  it('pass as they are when they are not signed', async () => {
    const payload = decodePayload(Readable.from([Buffer.from('any')]), { kind: 'unsigned' });
    assert.equal((await buffer(payload)).toString(), 'any');
    assert.deepEqual(payload.trailers, {});
  });
});
