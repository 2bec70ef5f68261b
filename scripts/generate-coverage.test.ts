import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { coveragePage } from './generate-coverage.ts';

it('the coverage page tells what the server serves', async () => {
  const committed = readFileSync(new URL('../docs/coverage.md', import.meta.url), 'utf8');
  assert.equal(committed, await coveragePage(), 'run node scripts/generate-coverage.ts');
});
