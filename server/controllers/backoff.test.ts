import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pauseAfter } from './backoff.ts';

describe('pauseAfter', () => {
  it('is up to a quarter shorter by chance', () => {
    assert.equal(
      pauseAfter(1, () => 0),
      500,
    );
    assert.equal(
      pauseAfter(1, () => 1),
      375,
    );
  });

  it('stays at a minute however often something failed', () => {
    for (const failures of [8, 100, 5000]) {
      assert.equal(
        pauseAfter(failures, () => 0),
        60_000,
      );
    }
  });
});
