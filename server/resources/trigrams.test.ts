import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyTrigram, hasTrigram, rareTrigrams } from './trigrams.ts';

describe('rareTrigrams', () => {
  it('takes those that the fewest sampled names have', () => {
    const sample = ['churn-xgboost-1', 'fraud-XGBoost-2', 'vision-xgboost-3'];
    assert.equal(rareTrigrams('-XGBoost-abc', sample), '"t-a" AND "-ab" AND "abc"');
  });

  it('takes all of a short part, each once', () => {
    assert.equal(rareTrigrams('aaaa', []), '"aaa"');
  });

  it('leaves nothing in the part that could be more than text', () => {
    assert.equal(rareTrigrams('a"b', []), '"a""b"');
  });
});

it('any of some trigrams is asked for as text, whatever they hold', () => {
  assert.equal(anyTrigram(['ab ', 'a"b']), '"ab " OR "a""b"');
});

describe('hasTrigram', () => {
  it('counts letters, not code units', () => {
    assert.equal(hasTrigram('ab'), false);
    assert.equal(hasTrigram('a𝒳'), false);
    assert.equal(hasTrigram('abc'), true);
  });
});
