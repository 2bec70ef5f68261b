import type { IncomingHttpHeaders } from 'node:http';
import type { PayloadCheck } from '../identity.ts';
import { invalidContentHash } from './errors.ts';

const SHA256 = /^[0-9a-f]{64}$/;

const unsigned: PayloadCheck = { kind: 'unsigned' };

/** What signs a streamed payload's chunks: the request's own signing key, time and scope, and its signature as seed. */
export type ChunkSigning = NonNullable<Extract<PayloadCheck, { kind: 'aws-chunked' }>['signing']>;

/** How the payload is to be checked, from the value that stands for it in the signature. */
export function payloadCheckOf(
  contentHash: string,
  headers: IncomingHttpHeaders,
  signing: () => ChunkSigning,
): PayloadCheck {
  switch (contentHash) {
    case 'UNSIGNED-PAYLOAD':
      return unsigned;
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'aws-chunked', trailer: true, decodedLength: decodedLengthOf(headers) };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'aws-chunked', signing: signing(), trailer: false, decodedLength: decodedLengthOf(headers) };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'aws-chunked', signing: signing(), trailer: true, decodedLength: decodedLengthOf(headers) };
    default:
      if (!SHA256.test(contentHash)) throw invalidContentHash();
      return { kind: 'sha256', hex: contentHash };
  }
}

function decodedLengthOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['x-amz-decoded-content-length'];
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
