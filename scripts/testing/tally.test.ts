import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runNodeTests } from './node-tests.ts';
import { countLine, errorText, type Tally } from './tally.ts';

describe('countLine', () => {
  it('names skipped tests only when there are any', () => {
    const failures = [{ name: 'a', at: 'b', text: 'c' }];
    assert.equal(countLine({ passed: 12, skipped: 0, failures: [] }), '12 passed, 0 failed');
    assert.equal(countLine({ passed: 1, skipped: 2, failures }), '1 passed, 1 failed, 2 skipped');
  });
});

describe('errorText', () => {
  it('shows what an assertion compared, without frames of Node itself', () => {
    try {
      assert.deepEqual({ a: 1 }, { a: 2 });
    } catch (error) {
      const text = errorText(error);
      assert.match(text, /a: 1/);
      assert.match(text, /a: 2/);
      assert.doesNotMatch(text, /node:internal/);
    }
  });
});

describe('runNodeTests', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wildsage-tally-'));
  });
  after(() => rm(folder, { recursive: true }));

  // node:test refuses to run within itself, and the test runner is such a run.
  const count = async (source: string): Promise<Tally> => {
    const context = process.env.NODE_TEST_CONTEXT;
    delete process.env.NODE_TEST_CONTEXT;
    try {
      await writeFile(
        join(folder, 'some.test.mjs'),
        `import { describe, it, test, before } from 'node:test';\n${source}`,
      );
      return await runNodeTests(['some.test.mjs'], { root: folder, concurrency: 1, fileTimeoutSeconds: 30 });
    } finally {
      if (context) process.env.NODE_TEST_CONTEXT = context;
    }
  };

  it('counts leaves only, not suites nor tests that hold tests', async () => {
    const tally = await count(`
      describe('suite', () => { describe('inner', () => { it('one', () => {}); it('two', () => {}); }); });
      test('parent', async (t) => { await t.test('three', () => {}); });
      it('no', { skip: true }, () => {});`);
    assert.deepEqual([tally.passed, tally.failures.length, tally.skipped], [3, 0, 1]);
  });

  it('tells failures by their full names, once each', async () => {
    const tally = await count(`describe('suite', () => { it('bad', () => { throw new Error('why'); }); });`);
    assert.deepEqual(
      tally.failures.map(({ name }) => name),
      ['suite › bad'],
    );
    assert.match(tally.failures[0]?.text ?? '', /why/);
  });

  it('fails a file whose process fails outside of its tests', async () => {
    const tally = await count(`it('fine', () => {}); process.exitCode = 3;`);
    assert.equal(tally.passed, 1);
    assert.match(tally.failures[0]?.text ?? '', /exit code 3/);
  });

  it('fails a file that ends before its tests have run, or that has none', async () => {
    for (const source of [`it('one', () => {}); it('two', () => process.exit(0));`, '']) {
      const tally = await count(source);
      assert.equal(tally.passed, 0);
      assert.deepEqual(
        tally.failures.map(({ text }) => text),
        ['No test of this file has run.'],
      );
    }
  });

  it('counts a file whose only test is skipped as skipped', async () => {
    const tally = await count(`it('not here', { skip: 'why' }, () => {});`);
    assert.deepEqual([tally.passed, tally.failures.length, tally.skipped], [0, 0, 1]);
  });
});
