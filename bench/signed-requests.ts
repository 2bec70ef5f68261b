import { canonicalRequest } from '../server/identity/sigv4/canonical-request.ts';
import { hmacKey, sha256Hex } from '../server/identity/sigv4/hmac.ts';
import { deriveSigningKey, signatureOf, stringToSign } from '../server/identity/sigv4/signing-key.ts';
import { credentials, REGION } from './wildsage.ts';

export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The bytes of a request as they go over a connection to `host` (`127.0.0.1:9453`). */
export const requestBytes = (host: string, request: PlainRequest): Buffer =>
  Buffer.from(requestHead(host, request, Buffer.byteLength(request.body)) + request.body);

/** The same as far as the body, which has `length` bytes. */
export function requestHead(host: string, { method, path, headers }: PlainRequest, length: number): string {
  const lines = Object.entries({ host, ...headers, 'content-length': String(length) });
  return `${method} ${path} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`;
}

/** Signs requests to one service as an AWS SDK does, each with the date of its signing. */
export function signer(host: string, service: string): (request: PlainRequest) => PlainRequest {
  const timestamp = () => new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const date = timestamp().slice(0, 8);
  const { accessKeyId } = credentials;
  const scope = { accessKeyId, date, region: REGION, service, text: `${date}/${REGION}/${service}/aws4_request` };
  const key = hmacKey(deriveSigningKey(credentials.secretAccessKey, scope));
  return (request) => {
    const headers: Record<string, string> = { ...request.headers, host, 'x-amz-date': timestamp() };
    const names = Object.keys(headers).sort();
    const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
    const signed = names.join(';');
    const hash = headers['x-amz-content-sha256'] ?? sha256Hex(request.body);
    const canonical = canonicalRequest(request.method, request.path, '', lines, signed, hash);
    const text = stringToSign(headers['x-amz-date']!, scope.text, sha256Hex(canonical));
    const signature = signatureOf(key, text).toString('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.text}, SignedHeaders=${signed}, Signature=${signature}`;
    return { ...request, headers };
  };
}

/** A call of the SageMaker API, unsigned. */
export const sagemakerCall = (operation: string, input: unknown): PlainRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `SageMaker.${operation}` },
  body: JSON.stringify(input),
});
