import { ServiceError } from '../../errors.ts';
import type { ObjectTag } from '../../objects/version.ts';
import { invalidArgument } from './errors.ts';

const invalidTag = (message: string) => new ServiceError('InvalidTag', message);

/** Checks tags by S3's rules. Throws InvalidTag, BadRequest. */
export const checkTags = (
  tags: readonly { Key?: string; Value?: string }[],
  limit: number,
  what: string,
): ObjectTag[] => {
  if (tags.length > limit) throw new ServiceError('BadRequest', `${what} tags cannot be greater than ${limit}`);
  const seen = new Set<string>();
  return tags.map(({ Key = '', Value = '' }) => {
    if (Key.length === 0 || Key.length > 128) throw invalidTag('The TagKey you have provided is invalid');
    if (Value.length > 256) throw invalidTag('The TagValue you have provided is invalid');
    if (Key.startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester');
    if (seen.has(Key)) throw invalidTag('Cannot provide multiple Tags with the same key');
    seen.add(Key);
    return { Key, Value };
  });
};

export const MAX_OBJECT_TAGS = 10;

/** The x-amz-tagging header: tags as in a query string. */
export const tagsFromHeader = (header: string | undefined): ObjectTag[] | undefined => {
  if (header === undefined) return undefined;
  let pairs: { Key: string; Value: string }[];
  try {
    pairs = [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
  } catch {
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    );
  }
  return checkTags(pairs, MAX_OBJECT_TAGS, 'Object');
};
