import { accessDenied } from '../errors.ts';
import type { RoleRequest } from './assume-role.ts';
import type { Caller } from './identity.ts';
import { stsValidationError } from './sts-errors.ts';

type PassedOn = Pick<RoleRequest, 'tags' | 'transitiveTagKeys' | 'sourceIdentity'>;

const lower = (keys: Iterable<string>) => new Set([...keys].map((key) => key.toLowerCase()));

/**
 * What a role's session has of its own request and of the session that assumes it: transitive tags and the source
 * identity go through a whole chain of roles, so that none of them can be shaken off.
 */
export function inherited(caller: Caller, { tags, transitiveTagKeys = [], sourceIdentity }: PassedOn): PassedOn {
  if (sourceIdentity !== undefined && (caller.sourceIdentity ?? sourceIdentity) !== sourceIdentity) {
    throw accessDenied('The source identity of a session cannot be changed by assuming another role.');
  }
  const own = lower(Object.keys(tags ?? {}));
  if (transitiveTagKeys.some((key) => !own.has(key.toLowerCase()))) {
    throw stsValidationError('The specified transitive tag key must be included in the requested tags.');
  }
  const fixed = caller.transitiveTagKeys ?? [];
  if (fixed.some((key) => own.has(key.toLowerCase()))) {
    throw stsValidationError(
      "One of the specified tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  const passed = lower(fixed);
  const before = Object.entries(caller.sessionTags ?? {}).filter(([key]) => passed.has(key.toLowerCase()));
  const all = { ...Object.fromEntries(before), ...tags };
  return {
    tags: Object.keys(all).length > 0 ? all : undefined,
    transitiveTagKeys: [...fixed, ...transitiveTagKeys],
    sourceIdentity: sourceIdentity ?? caller.sourceIdentity,
  };
}
