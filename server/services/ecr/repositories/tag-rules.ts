import type { Tag as WireTag } from '@aws-sdk/client-ecr';
import type { Tag } from '../../../resources/resource-store.ts';
import { invalidTag, tooManyTags } from '../errors.ts';

const MAX_TAGS = 50;

/** Tags to add, as the resource store takes them. Throws for reserved keys, and when there would be too many in all. */
export function checkedTags(added: readonly WireTag[], present: readonly Tag[]): Tag[] {
  const tags = added.map(({ Key, Value }) => ({ Key: Key!, Value: Value ?? '' }));
  if (tags.some(({ Key }) => /^aws:/i.test(Key))) {
    throw invalidTag('aws: prefixed tag key names are not allowed for external use.');
  }
  if (new Set([...present, ...tags].map(({ Key }) => Key)).size > MAX_TAGS) throw tooManyTags();
  return tags;
}

export const tagConditions = (tags: readonly WireTag[] = []): Record<string, string | string[]> => ({
  ...(tags.length > 0 && { 'aws:TagKeys': tags.map(({ Key }) => Key!) }),
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
});
