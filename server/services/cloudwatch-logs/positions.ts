import type { EventPosition, SearchPosition } from '../../telemetry/logs/log-store.ts';
import { invalidToken } from './errors.ts';

/*
 * Positions of events as CloudWatch shows them: 56 digits, here the stream (16), the time (20) and the sequence number
 * (20). Event ids, and the tokens of GetLogEvents, are made of them.
 */
const digits = (value: number, width: number): string => String(value).padStart(width, '0');

export const eventId = ({ streamId, timestamp, seq }: SearchPosition): string =>
  digits(streamId, 16) + digits(timestamp, 20) + digits(seq, 20);

/** Reading goes on after the position with a forward token, before it with a backward one. */
export interface ReadPosition extends EventPosition {
  readonly direction: 'forward' | 'backward';
}

export const readToken = (streamId: number, { direction, timestamp, seq }: ReadPosition): string =>
  `${direction === 'forward' ? 'f' : 'b'}/${eventId({ streamId, timestamp, seq })}/s`;

/** Throws for what is no token of this stream. */
export function positionIn(token: string, streamId: number): ReadPosition {
  const [, direction, stream, timestamp, seq] = /^([fb])\/(\d{16})(\d{20})(\d{20})\/s$/.exec(token) ?? [];
  if (direction === undefined || Number(stream) !== streamId) throw invalidToken();
  const position = { timestamp: Number(timestamp), seq: Number(seq) };
  if (!Number.isSafeInteger(position.timestamp) || !Number.isSafeInteger(position.seq)) throw invalidToken();
  return { direction: direction === 'f' ? 'forward' : 'backward', ...position };
}

/** Clients no longer need it, but old ones still hand it on. */
export const sequenceToken = (nextSeq: number): string => `49${digits(nextSeq, 54)}`;
