// Takes loads from its parent, one at a time, sends them over kept-alive connections and reports how long it took.
import { connect, type Socket } from 'node:net';
import type { Load, LoadResult } from './load.ts';

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Whether the server closes the connection after the answer that `bytes` are; undefined while it is not all there.
 * Throws unless it is a 200.
 */
function whole(bytes: Buffer): boolean | undefined {
  const head = bytes.indexOf(HEAD_END);
  if (head < 0) return undefined;
  const text = bytes.toString('latin1', 0, head);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`An answer without a length: ${text}`);
  if (bytes.length < head + HEAD_END.length + Number(length)) return undefined;
  if (!/^HTTP\/1\.[01] 200/.test(text)) throw new Error(bytes.toString('utf8'));
  return /\r\nconnection: *close/i.test(text);
}

/** Sends what `next` gives over one connection, one after the other, until there is nothing left. */
async function drive(url: URL, next: () => Uint8Array | undefined, answered: (seconds: number) => void): Promise<void> {
  let socket = await open(url);
  try {
    for (let request = next(); request; request = next()) {
      const began = performance.now();
      const closes = await exchange(socket, request);
      answered((performance.now() - began) / 1000);
      if (!closes) continue;
      socket.destroy();
      socket = await open(url);
    }
  } finally {
    socket.destroy();
  }
}

/** Sends a request and takes its answer; whether the server wants the connection closed after it. */
function exchange(socket: Socket, request: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const end = (error?: Error, closes = false) => {
      socket.removeAllListeners();
      if (error) reject(error);
      else resolve(closes);
    };
    socket.on('data', (chunk: Buffer) => {
      received = received.length ? Buffer.concat([received, chunk]) : chunk;
      try {
        const closes = whole(received);
        if (closes !== undefined) end(undefined, closes);
      } catch (error) {
        end(error as Error);
      }
    });
    socket.once('error', end);
    socket.once('close', () => end(new Error('The server closed a connection.')));
    socket.write(request);
  });
}

function open(url: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true }, () => {
      socket.removeAllListeners();
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

async function run({ url, connections, requests }: Load): Promise<LoadResult> {
  const latencies = new Float64Array(requests.length);
  let sent = 0;
  let count = 0;
  const answered = (seconds: number) => {
    latencies[count++] = seconds;
  };
  const next = () => requests[sent++];
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, () => drive(new URL(url), next, answered)));
  return { seconds: (performance.now() - began) / 1000, latencies };
}

process.on('message', (load: Load) => {
  run(load).then(
    (result) => process.send?.(result),
    (error) => process.send?.({ error: String(error) }),
  );
});
