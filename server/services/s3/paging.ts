import { invalidArgument } from './errors.ts';

const MAX_ENTRIES = 1000;

/** How many entries a page may have. Throws InvalidArgument for what is no such number. */
export const pageLimit = (asked: number | undefined, name: string): number => {
  if (asked === undefined) return MAX_ENTRIES;
  if (!Number.isInteger(asked) || asked < 0 || asked > 0x7fffffff) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, asked);
  }
  return Math.min(asked, MAX_ENTRIES);
};

/** After which part a page begins; 0 when the request names none. Throws InvalidArgument for what is no number. */
export const partNumberMarker = (asked: string | undefined): number => {
  const number = Number(asked ?? 0);
  if (Number.isInteger(number) && number >= 0 && number <= 0x7fffffff) return number;
  throw invalidArgument(
    'Argument part-number-marker must be an integer between 0 and 2147483647',
    'part-number-marker',
    asked,
  );
};

/** For clients that cannot read every key in XML: `encoding-type=url`. */
export const encoderFor = (encodingType: string | undefined): ((text: string) => string) => {
  if (encodingType === undefined) return (text) => text;
  if (encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  }
  return urlEncode;
};

const urlEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()]|%2F/g, (part) =>
    part === '%2F' ? '/' : `%${part.charCodeAt(0).toString(16).toUpperCase()}`,
  );
