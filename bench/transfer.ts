// One request over a connection of its own, straight from a file or into one. Node's HTTP client hands its data on in
// pieces of 64 KiB through a stream, and would be what is measured.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { type PlainRequest, requestHead } from './signed-requests.ts';

const BLOCK_BYTES = 1024 * 1024;

/** What follows the head of a request: that many bytes of the file. Without one, nothing. */
export interface Upload {
  readonly file: string;
  readonly size: number;
}

export interface Transfer {
  readonly url: string;
  readonly request: PlainRequest;
  readonly upload?: Upload;
  /** Where the answer's body goes; nowhere without it. */
  readonly into?: string;
}

/** Resolves when the answer is here whole. Rejects unless it is a 200 with a length. */
export function transfer({ url, request, upload, into }: Transfer): Promise<void> {
  const { host, hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const answer = answerInto(into);
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(BLOCK_BYTES),
        callback(length, block) {
          try {
            if (answer.take(Buffer.from(block.buffer, block.byteOffset, length))) end();
          } catch (error) {
            end(error as Error);
          }
          return true;
        },
      },
    });
    const end = (error?: Error) => {
      answer.close();
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.once('error', end);
    socket.once('end', () => end(new Error(`${request.method} ${request.path}: the server closed the connection.`)));
    socket.write(requestHead(host, request, upload?.size ?? 0));
    if (upload) sendFile(upload, (block, sent) => socket.write(block, sent), end);
  });
}

function sendFile({ file }: Upload, send: (block: Buffer, sent: () => void) => void, failed: (error: Error) => void) {
  const handle = openSync(file, 'r');
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  const next = (error?: Error | null) => {
    const length = error ? 0 : readSync(handle, block);
    if (length > 0) return send(block.subarray(0, length), next);
    closeSync(handle);
    if (error) failed(error);
  };
  next();
}

const HEAD_END = Buffer.from('\r\n\r\n');

function answerInto(into: string | undefined) {
  const handle = into === undefined ? undefined : openSync(into, 'w');
  let head = Buffer.alloc(0);
  let left: number | undefined;
  return {
    /** Takes what came; true when that was the last of it. */
    take(bytes: Buffer): boolean {
      let body = bytes;
      if (left === undefined) {
        head = Buffer.concat([head, bytes]);
        const end = head.indexOf(HEAD_END);
        if (end < 0) return false;
        body = head.subarray(end + HEAD_END.length);
        const text = head.toString('latin1', 0, end);
        left = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1]);
        if (!/^HTTP\/1\.1 200/.test(text) || Number.isNaN(left)) throw new Error(head.toString());
      }
      if (handle !== undefined) for (let at = 0; at < body.length; ) at += writeSync(handle, body, at);
      left -= body.length;
      return left <= 0;
    },
    close: () => handle !== undefined && closeSync(handle),
  };
}
