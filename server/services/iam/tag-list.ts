import { ServiceError } from '../../errors.ts';
import type { Tag } from '../../resources/resource-store.ts';
import { invalidInput } from './errors.ts';

const MOST = 50;

interface TagInput {
  readonly Key?: string;
  readonly Value?: string;
}

/** Tags as a request gives them. IAM's keys know no case: `Team` and `team` are one. */
export function tagsOf(tags: readonly TagInput[] = []): Tag[] {
  const keys = tags.map(({ Key = '' }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  return withTags([], tags);
}

/** `tags` on top of those that are there already. */
export function withTags(present: readonly Tag[], tags: readonly TagInput[]): Tag[] {
  const merged = new Map(present.map((tag) => [tag.Key.toLowerCase(), tag]));
  for (const { Key = '', Value = '' } of tags) merged.set(Key.toLowerCase(), { Key, Value });
  if (merged.size > MOST) {
    throw new ServiceError('LimitExceeded', `The number of tags has reached the maximum limit: ${MOST}`, {
      status: 409,
    });
  }
  return [...merged.values()].sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

export function withoutTags(present: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return present.filter(({ Key }) => !gone.has(Key.toLowerCase()));
}

/** What policies may ask about the tags of a request. */
export const tagConditions = (tags: readonly TagInput[] = []): Record<string, string | string[]> => ({
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
  ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(({ Key }) => Key ?? '') } : {}),
});
