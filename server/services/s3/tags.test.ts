import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkTags, tagsFromHeader } from './tags.ts';

describe('tags', () => {
  it('come from a header as from a query string', () => {
    assert.deepEqual(tagsFromHeader('a=1&b%20c=%C3%A9&d'), [
      { Key: 'a', Value: '1' },
      { Key: 'b c', Value: 'é' },
      { Key: 'd', Value: '' },
    ]);
    assert.equal(tagsFromHeader(undefined), undefined);
  });

  it('are refused when they are too many, too long, named twice or named as AWS names its own', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    assert.equal(checkTags(tags(10), 10, 'Object').length, 10);
    assert.throws(() => checkTags(tags(11), 10, 'Object'), { code: 'BadRequest' });
    for (const header of ['=x', `${'k'.repeat(129)}=x`, `k=${'v'.repeat(257)}`, 'k=1&k=2', 'aws:k=1']) {
      assert.throws(() => tagsFromHeader(header), { code: 'InvalidTag' }, header);
    }
  });
});
