import { preconditionFailed } from '../../objects/errors.ts';
import type { ObjectVersion } from '../../objects/version.ts';
import { sameEtag, type WriteConditions } from '../../objects/versions.ts';
import { notImplemented, notModified } from './errors.ts';

export interface ReadConditions {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly IfModifiedSince?: Date;
  readonly IfUnmodifiedSince?: Date;
}

export interface CopyConditions {
  readonly CopySourceIfMatch?: string;
  readonly CopySourceIfNoneMatch?: string;
  readonly CopySourceIfModifiedSince?: Date;
  readonly CopySourceIfUnmodifiedSince?: Date;
}

const matches = (header: string, etag: string): boolean =>
  header.split(',').some((one) => one.trim() === '*' || sameEtag(one.trim(), etag));

/** HTTP dates have no fractions of a second. */
const isAfter = (modifiedAt: Date, date: Date): boolean =>
  Math.floor(modifiedAt.getTime() / 1000) > Math.floor(date.getTime() / 1000);

type Outcome = { readonly failed: string } | 'not modified' | 'go on';

/** An ETag condition, where there is one, overrides the date condition of its kind. */
const judge = (conditions: ReadConditions, { etag, modifiedAt }: ObjectVersion): Outcome => {
  const { IfMatch, IfUnmodifiedSince, IfNoneMatch, IfModifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, etag)) return { failed: 'If-Match' };
  } else if (IfUnmodifiedSince && isAfter(modifiedAt, IfUnmodifiedSince)) return { failed: 'If-Unmodified-Since' };
  if (IfNoneMatch !== undefined) return matches(IfNoneMatch, etag) ? 'not modified' : 'go on';
  return IfModifiedSince && !isAfter(modifiedAt, IfModifiedSince) ? 'not modified' : 'go on';
};

/** Throws PreconditionFailed (412) or NotModified (304) unless the object is to be sent. */
export const checkReadConditions = (conditions: ReadConditions, version: ObjectVersion): void => {
  const outcome = judge(conditions, version);
  if (outcome === 'not modified') throw notModified();
  if (outcome !== 'go on') throw preconditionFailed(outcome.failed);
};

/** Throws PreconditionFailed unless the object is to be copied. */
export const checkCopyConditions = (input: CopyConditions, version: ObjectVersion): void => {
  const outcome = judge(
    {
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    version,
  );
  if (outcome === 'go on') return;
  throw preconditionFailed(
    outcome === 'not modified' ? 'x-amz-copy-source-If-None-Match' : `x-amz-copy-source-${outcome.failed}`,
  );
};

/** The conditions of a write. S3 knows If-None-Match for writes only as `*`: nothing there yet. */
export const writeConditions = (input: { IfMatch?: string; IfNoneMatch?: string }): WriteConditions => {
  if (input.IfNoneMatch !== undefined && input.IfNoneMatch !== '*') throw notImplemented('If-None-Match other than *');
  return { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
};
