import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../server/identity/sigv4/signed-requests.ts';
import type { S3Server } from './s3-server.ts';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** What stands for the body in the signature, when not its SHA-256. */
  readonly payload?: string;
}

/** Sends just these bytes and headers, signed: for what no SDK would send. */
export async function sendSigned(
  server: S3Server,
  { method, path, query = {}, headers = {}, body = '', payload }: RawRequest,
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(server.url);
  const signer = new SignatureV4({
    credentials: server.credentials,
    region: 'eu-west-1',
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const hash = payload ?? createHash('sha256').update(body).digest('hex');
  const signed = await signer.sign({
    method,
    protocol: 'http:',
    hostname,
    port: Number(port),
    path,
    query,
    headers: { host: `${hostname}:${port}`, ...headers, 'x-amz-content-sha256': hash },
    body,
  });
  const search = new URLSearchParams(query).toString();
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      method,
      path: search ? `${path}?${search}` : path,
      headers: signed.headers,
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      text(answer).then((received) => resolve({ status: answer.statusCode!, body: received }), reject);
    });
    sent.end(body);
  });
}
