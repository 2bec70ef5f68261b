import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { copyRangeOf, rangeOf } from './ranges.ts';

describe('rangeOf', () => {
  const cases: [header: string | undefined, size: number, start: number, end: number][] = [
    ['bytes=0-0', 10, 0, 1],
    ['bytes=3-', 10, 3, 10],
    ['bytes=-4', 10, 6, 10],
    ['bytes=-40', 10, 0, 10],
    ['bytes=9-100', 10, 9, 10],
    [' bytes = 1 - 2 ', 10, 1, 3],
  ];
  for (const [header, size, start, end] of cases) {
    it(`takes "${header}" of ${size} bytes as ${start} to ${end}`, () => {
      assert.deepEqual(rangeOf(header, size), { start, end });
    });
  }

  it('gives the whole object for what is not one range of bytes', () => {
    for (const header of [undefined, '', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,3-4', 'items=0-1', 'bytes=a-b']) {
      assert.equal(rangeOf(header, 10), undefined, header);
    }
  });

  it('refuses what lies behind the end', () => {
    for (const [header, size] of [
      ['bytes=10-', 10],
      ['bytes=-0', 10],
      ['bytes=0-', 0],
      ['bytes=-1', 0],
    ] as const) {
      assert.throws(() => rangeOf(header, size), { code: 'InvalidRange', status: 416 });
    }
  });
});

describe('copyRangeOf', () => {
  it('must be exact', () => {
    assert.deepEqual(copyRangeOf('bytes=0-9', 10), { start: 0, end: 10 });
    assert.equal(copyRangeOf(undefined, 10), undefined);
    assert.throws(() => copyRangeOf('bytes=0-10', 10), { code: 'InvalidRequest' });
    for (const header of ['bytes=5-', 'bytes=-5', '0-5', 'bytes=5-1']) {
      assert.throws(() => copyRangeOf(header, 10), { code: 'InvalidArgument' });
    }
  });
});
