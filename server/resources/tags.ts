import { validationError } from '../errors.ts';
import type { Tag } from './resource-store.ts';
import { rows, type Steps } from './statement.ts';
import type { Statements } from './statements.ts';

const MAX_TAGS = 50;

const reservedPrefix = () => validationError('aws: prefixed tag key names are not allowed for external use.');

const tooManyTags = (arn: string) => validationError(`The number of tags of ${arn} exceeds the limit of ${MAX_TAGS}.`);

/** Adds tags, replacing values of keys that are there; gives all tags of the ARN. Throws for a 51st tag. */
export function* setTags(statements: Statements, arn: string, tags: readonly Tag[]): Steps<Tag[]> {
  if (tags.some(({ Key }) => /^aws:/i.test(Key))) throw reservedPrefix();
  for (const { Key, Value } of tags) yield* rows(statements.setTag, { arn, key: Key, value: Value });
  const all = yield* rows(statements.tags, { arn });
  if (all.length > MAX_TAGS) throw tooManyTags(arn);
  return all;
}

export function* removeTags(statements: Statements, arn: string, keys: readonly string[]): Steps<void> {
  for (const key of keys) yield* rows(statements.removeTag, { arn, key });
}
