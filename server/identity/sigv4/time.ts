import { clockSkew, incompleteSignature } from './errors.ts';

const FIFTEEN_MINUTES = 15 * 60 * 1000;

const digits = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
};

/** `20130524T000000Z` in milliseconds; NaN for anything else. */
export function parseTimestamp(text: string): number {
  if (text.length !== 16 || text[8] !== 'T' || text[15] !== 'Z') return Number.NaN;
  return Date.UTC(
    digits(text, 0, 4),
    digits(text, 4, 6) - 1,
    digits(text, 6, 8),
    digits(text, 9, 11),
    digits(text, 11, 13),
    digits(text, 13, 15),
  );
}

export const formatTimestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** The time that a request names: X-Amz-Date, else Date in any form that HTTP knows. In basic ISO form. */
export function requestTimestamp(amzDate: unknown, date: unknown): string {
  if (typeof amzDate === 'string') {
    if (Number.isNaN(parseTimestamp(amzDate))) {
      throw incompleteSignature(
        `Date must be in ISO-8601 'basic format'. Got '${amzDate.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      );
    }
    return amzDate;
  }
  const milliseconds = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (!(Math.abs(milliseconds) < 253402300800000)) {
    throw incompleteSignature("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  return formatTimestamp(milliseconds);
}

/** Throws unless the request was signed within a quarter of an hour of now. */
export function checkClockSkew(timestamp: string, now: number, service: string): void {
  if (parseTimestamp(timestamp) < now - FIFTEEN_MINUTES) {
    const earliest = formatTimestamp(now - FIFTEEN_MINUTES);
    throw clockSkew(
      service,
      `Signature expired: ${timestamp} is now earlier than ${earliest} (${formatTimestamp(now)} - 15 min.)`,
    );
  }
  checkNotAhead(timestamp, now, service);
}

/** Throws when the request was signed more than a quarter of an hour in the future. */
export function checkNotAhead(timestamp: string, now: number, service: string): void {
  if (parseTimestamp(timestamp) <= now + FIFTEEN_MINUTES) return;
  const latest = formatTimestamp(now + FIFTEEN_MINUTES);
  throw clockSkew(
    service,
    `Signature not yet current: ${timestamp} is still later than ${latest} (${formatTimestamp(now)} + 15 min.)`,
  );
}
