import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConstraints } from './constraints.ts';
import { patternTest } from './patterns.ts';
import { services } from './services.ts';

const fits = (pattern: string, text: string) => patternTest(pattern)!(text);

describe('patterns of the models', () => {
  it('match whole texts, as Java reads them', () => {
    assert.equal(fits('[a-z]+', 'abc'), true);
    assert.equal(fits('[a-z]+', 'abc1'), false);
    assert.equal(fits('.*', 'a\nb'), false);
    assert.equal(fits('\\A\\S[\\p{Print}]*\\z', 'i-1 x'), true);
    assert.equal(fits('[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}', 'a--b'), true);
    assert.equal(fits('[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}', 'a-'), false);
    assert.equal(fits('[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}', '\ud800'), false);
    assert.equal(fits('(?=.{1,32}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*', 'a-b'), true);
    assert.equal(fits('https://([.\\-_a-zA-Z0-9]+/?){3,1016}', 'https://a/b/c'), true);
    assert.equal(fits('https://([.\\-_a-zA-Z0-9]+/?){3,1016}', 'https://ab'), false);
  });

  it('are answered for texts that nearly fit, however many ways there are to read them', () => {
    const seeds = ['a', 'a-', 'a.', 'a/', '-', '0', ' ', 'aA', '*', '_'];
    const beginnings = ['', 'a', 'https://', 'arn:aws:iam::111122223333:role/'];
    for (const [pattern, longest] of allPatterns()) {
      const test = patternTest(pattern);
      for (const beginning of beginnings) {
        for (const seed of seeds) test?.((beginning + seed.repeat(longest)).slice(0, longest - 1).concat('\u0001'));
      }
    }
  });
});

/** With the length up to which each is tried. */
function allPatterns(): Map<string, number> {
  const found = new Map<string, number>();
  for (const service of services) {
    for (const facts of Object.values(loadConstraints(service).shapes)) {
      const { pattern, max = 300 } = facts as { pattern?: string; max?: number };
      if (pattern !== undefined) found.set(pattern, Math.min(max, 300));
    }
  }
  return found;
}
