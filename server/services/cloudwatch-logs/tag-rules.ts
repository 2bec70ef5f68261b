import type { Tag } from '../../resources/resource-store.ts';
import { invalidParameter, tooManyTags } from './errors.ts';

const MAX_TAGS = 50;

/** Tags to add, as the resource store takes them. Throws for reserved keys, and when there would be too many in all. */
export function checkedTags(added: Readonly<Record<string, string>>, present: readonly Tag[], name: string): Tag[] {
  const keys = Object.keys(added);
  if (keys.some((key) => /^aws:/i.test(key))) {
    throw invalidParameter('aws: prefixed tag key names are not allowed for external use.');
  }
  if (new Set([...present.map((tag) => tag.Key), ...keys]).size > MAX_TAGS) throw tooManyTags(name);
  return keys.map((Key) => ({ Key, Value: added[Key]! }));
}

export const tagConditions = (tags: Readonly<Record<string, string>>): Record<string, string | string[]> => ({
  'aws:TagKeys': Object.keys(tags),
  ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
});
