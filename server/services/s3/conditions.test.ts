import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ObjectVersion } from '../../objects/version.ts';
import { checkCopyConditions, checkReadConditions, writeConditions } from './conditions.ts';

const modifiedAt = new Date('2025-01-01T00:00:00.000Z');
const version = { etag: '"abc"', modifiedAt } as ObjectVersion;
const before = new Date('2024-12-31T00:00:00Z');
const after = new Date('2025-01-02T00:00:00Z');

describe('conditions of reads', () => {
  const outcome = (conditions: Parameters<typeof checkReadConditions>[0]) => {
    try {
      checkReadConditions(conditions, version);
      return 200;
    } catch (error) {
      return (error as { status: number }).status;
    }
  };
  const cases: [text: string, conditions: Parameters<typeof checkReadConditions>[0], status: number][] = [
    ['a matching ETag', { IfMatch: '"abc"' }, 200],
    ['one of several ETags, without quotes', { IfMatch: '"x", abc' }, 200],
    ['any ETag', { IfMatch: '*' }, 200],
    ['another ETag', { IfMatch: '"x"' }, 412],
    ['a known ETag', { IfNoneMatch: '"abc"' }, 304],
    ['a known weak ETag', { IfNoneMatch: 'W/"abc"' }, 304],
    ['not modified since later', { IfModifiedSince: after }, 304],
    ['not modified since the very second', { IfModifiedSince: modifiedAt }, 304],
    ['modified since earlier', { IfModifiedSince: before }, 200],
    ['unmodified since the very second', { IfUnmodifiedSince: modifiedAt }, 200],
    ['modified after it should not have been', { IfUnmodifiedSince: before }, 412],
    ['a matching ETag, whatever the date says', { IfMatch: '"abc"', IfUnmodifiedSince: before }, 200],
    ['a known ETag, whatever the date says', { IfNoneMatch: '"abc"', IfModifiedSince: before }, 304],
    ['an unknown ETag, whatever the date says', { IfNoneMatch: '"x"', IfModifiedSince: after }, 200],
  ];
  for (const [text, conditions, status] of cases) {
    it(`answer ${status} for ${text}`, () => assert.equal(outcome(conditions), status));
  }
});

describe('conditions of copies', () => {
  it('fail with 412 even where a read would say 304', () => {
    assert.throws(() => checkCopyConditions({ CopySourceIfNoneMatch: 'abc' }, version), { status: 412 });
    checkCopyConditions({ CopySourceIfMatch: 'abc' }, version);
  });
});

describe('conditions of writes', () => {
  it('know If-None-Match only as "nothing there yet"', () => {
    assert.deepEqual(writeConditions({ IfNoneMatch: '*' }), { ifMatch: undefined, ifNoneMatch: '*' });
    assert.throws(() => writeConditions({ IfNoneMatch: '"abc"' }), { code: 'NotImplemented', status: 501 });
  });
});
