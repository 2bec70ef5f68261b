import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors.ts';

/** Uploads may take as long as they like, as long as something comes. */
const LONGEST_SILENCE_MS = 120_000;

const silent = () =>
  new ServiceError(
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  );

/** Has `fail` end the upload when its client, which still has to send something, sends nothing for too long. */
export function limitSilence(
  request: IncomingMessage,
  fail: (error: Error) => void,
  limitMs: number = LONGEST_SILENCE_MS,
): void {
  request.setTimeout(limitMs, () => {
    // What has come and is not taken yet is our own slowness: the client may well be waiting for us.
    if (request.readableLength > 0) request.socket.setTimeout(limitMs);
    else if (!request.complete) fail(silent());
  });
  request.once('end', () => request.socket.setTimeout(0));
}
