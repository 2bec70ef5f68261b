import { randomBytes, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** AWS's prefixes of unique ids: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export type IdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'AIPA' | 'ANPA';

/** A unique id of 21 characters: the prefix, then random capital letters and digits. */
export const newId = (prefix: IdPrefix): string => prefix + randomCharacters(17);

const randomCharacters = (count: number): string =>
  Array.from(randomBytes(count), (byte) => ALPHABET[byte & 31]).join('');

// AWS writes the account into a key's id, in base 32: one set bit, forty of the account, then chance.
const ACCOUNT_BITS = 40;
const CHARACTERS = 10;
const SPARE_BITS = CHARACTERS * 5 - 1 - ACCOUNT_BITS;

/** A key id of 20 characters; `AKIA` for keys that stay, `ASIA` for those of sessions. */
export function newKeyId(prefix: 'AKIA' | 'ASIA', accountId: string): string {
  const bits =
    (((1n << BigInt(ACCOUNT_BITS)) | BigInt(accountId)) << BigInt(SPARE_BITS)) | BigInt(randomInt(1 << SPARE_BITS));
  let text = '';
  for (let shift = (CHARACTERS - 1) * 5; shift >= 0; shift -= 5)
    text += ALPHABET[Number((bits >> BigInt(shift)) & 31n)];
  return prefix + text + randomCharacters(16 - CHARACTERS);
}

/** The account that a key id names; undefined for ids that are not made this way. */
export function accountOfKeyId(id: string): string | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(id)) return undefined;
  let bits = 0n;
  for (const character of id.slice(4, 4 + CHARACTERS)) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(character));
  const account = String((bits >> BigInt(SPARE_BITS)) & ((1n << BigInt(ACCOUNT_BITS)) - 1n)).padStart(12, '0');
  return account.length === 12 && bits >> BigInt(CHARACTERS * 5 - 1) === 1n ? account : undefined;
}

/** Forty characters of base64, 240 bits. */
export const newSecret = (): string => randomBytes(30).toString('base64');

/** Twelve digits, of which the first is not a zero, since people type them into spreadsheets. */
export const newAccountId = (): string => String(randomInt(100_000_000_000, 281_474_976_710_655)).slice(0, 12);
