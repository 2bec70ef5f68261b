import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkDisk, checkSandbox, checkUv } from './checks.ts';
import { formatFindings } from './findings.ts';

describe('doctor', () => {
  it('tells of what is missing what it costs and how to get it, and of what is there what it is', () => {
    const text = formatFindings([
      { name: 'Python', state: 'ok', found: '3.12.1', remedy: 'never shown' },
      { name: 'GPU', state: 'missing', cost: 'No GPU jobs.', remedy: 'a GPU' },
    ]);
    assert.deepEqual(text.split('\n'), [
      '✓ Python  3.12.1',
      '! GPU     not there',
      '          No GPU jobs.',
      '          To get it: a GPU',
    ]);
  });

  it('measures the disk of a folder that is still to be made', () => {
    assert.match(checkDisk('Home', join(tmpdir(), 'not', 'there', 'yet')).found ?? '', /^\d+\.\d GiB free/);
  });

  it('does not take a missing uv for a fault: it is installed with the first environment', async () => {
    assert.equal((await checkUv(join(tmpdir(), 'no-such-cache'))).state, 'ok');
  });

  it('says by trying whether there is a sandbox', async () => {
    const { state, found, cost } = await checkSandbox();
    assert.ok(found);
    assert.equal(state === 'ok', cost === undefined);
  });

  it('goes by the sandbox that WILDSAGE_SANDBOX names', async () => {
    const before = process.env.WILDSAGE_SANDBOX;
    try {
      process.env.WILDSAGE_SANDBOX = 'none';
      assert.equal((await checkSandbox()).state, 'missing');
      process.env.WILDSAGE_SANDBOX = 'docker';
      if (process.platform === 'linux') assert.match((await checkSandbox()).found ?? '', /docker.* does not work here/);
    } finally {
      if (before === undefined) delete process.env.WILDSAGE_SANDBOX;
      else process.env.WILDSAGE_SANDBOX = before;
    }
  });
});
