import { connect } from 'node:net';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { BUCKET, type Chance } from './fuzz-inputs.ts';
import type { Wildsage } from './server.ts';

const JSON_TARGET = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'SageMaker.CreateModel' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CHUNKED = {
  'content-encoding': 'aws-chunked',
  'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'x-amz-decoded-content-length': '5',
  'x-amz-trailer': 'x-amz-checksum-crc32',
};

const CHUNKS = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n';

interface Right {
  readonly service: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** What goes on the wire where it is not what was signed. */
  readonly sent?: string;
}

/** Requests that are right, but for a bucket that is not there in some. */
const requestsOn = (bucket: string): Right[] => [
  { service: 'sagemaker', headers: JSON_TARGET, body: '{"ModelName":"m","ExecutionRoleArn":"r"}' },
  { service: 'iam', headers: FORM, body: 'Action=CreateUser&Version=2010-05-08&UserName=u&Tags.member.1.Key=k' },
  { service: 's3', path: `/${bucket}`, query: { delete: '' }, body: '<Delete><Object><Key>k</Key></Object></Delete>' },
  { service: 's3', method: 'GET', path: `/${bucket}/key`, headers: { range: 'bytes=0-1' } },
  { service: 's3', method: 'PUT', path: `/${bucket}/key`, headers: CHUNKED, sent: CHUNKS },
  {
    service: 's3',
    method: 'PUT',
    path: `/${bucket}/key`,
    query: { partNumber: '1', uploadId: 'none' },
    headers: CHUNKED,
    sent: CHUNKS,
  },
];

/** The bytes of a right and signed request. */
export async function requestBytes({ url, connection }: Wildsage, chance: Chance): Promise<Buffer> {
  const requests = requestsOn(chance.pick([BUCKET, 'no-such-bucket']));
  const { service, method = 'POST', path = '/', query, headers, body, sent = body } = chance.pick(requests);
  const { hostname, port, host } = new URL(url);
  const signer = new SignatureV4({ ...connection, service, sha256: Sha256, uriEscapePath: service !== 's3' });
  const request = { method, protocol: 'http:', hostname, port: Number(port), path, query };
  const signed = await signer.sign({ ...request, headers: { host, ...headers }, body: sent === body ? body : '' });
  const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}`);
  if (sent) lines.push(`content-length: ${sent.length}`);
  const target = query ? `${path}?${new URLSearchParams(query)}` : path;
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${sent ?? ''}`);
}

const insertions = ['\r\n', '\0', '%', '%00', '..', '/', '?', ';', '=', '&', ':', '  ', '\t', 'Infinity', '-1', 'é'];

/** The same with a few bytes changed, lost, doubled or put in. */
export function mutated(bytes: Buffer, chance: Chance): Buffer {
  let out = Buffer.from(bytes);
  for (let changes = 1 + chance.below(4); changes > 0; changes--) {
    const at = chance.below(out.length);
    const end = Math.min(out.length, at + 1 + chance.below(40));
    const [before, piece, rest] = [out.subarray(0, at), out.subarray(at, end), out.subarray(end)];
    const change = chance.pick(['lose', 'double', 'put in', 'replace'] as const);
    if (change === 'lose') out = Buffer.concat([before, rest]);
    else if (change === 'double') out = Buffer.concat([before, piece, piece, rest]);
    else if (change === 'put in') out = Buffer.concat([before, Buffer.from(chance.pick(insertions)), piece, rest]);
    else out[at] = chance.below(256);
    if (out.length === 0) return out;
  }
  return out;
}

/** Sends the bytes and nothing more. Gives what comes back until the connection is closed; rejects when it is not. */
export function answerTo(bytes: Buffer, port: number, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(withinMs, () => socket.destroy(new Error(`no end to the answer: ${answer.slice(0, 300)}`)));
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code ? resolve(answer) : reject(error)));
    socket.on('close', () => resolve(answer));
    socket.end(bytes);
  });
}
