import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { table } from './report.ts';
import { median, takeTurns } from './rounds.ts';

const program = fileURLToPath(new URL('bench.ts', import.meta.url));
const bench = (...args: string[]) =>
  promisify(execFile)(process.execPath, [program, ...args], { env: { ...process.env, NO_COLOR: '1' } });

describe('The bench', () => {
  it('takes a figure and prints it beside what it is held against', async () => {
    const { stdout } = await bench('--quick', 'lists');
    assert.match(stdout, /^ListModels of 100 among 2,000, newest first +\S+ ms +among 200 +\S+ ms +×\S+ /m);
    assert.match(stdout, /Node\.js \d+/);
  });

  it('says which figures there are when it is asked for another', async () => {
    await assert.rejects(bench('weight'), { code: 2, stderr: /There is no figure weight\. There are: requests, load/ });
  });

  it('lets contestants take turns and leaves out the rounds that warm up', async () => {
    const seen: string[] = [];
    const contestant = (name: string) => async (round: number) => seen.push(`${name}${round}`);
    const taken = await takeTurns({ a: contestant('a'), b: contestant('b') }, { rounds: 2, unmeasured: 1 });
    assert.deepEqual(seen, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    assert.deepEqual(taken, { a: [3, 5], b: [4, 6] });
  });

  it('takes the middle value', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([4, 1, 9, 2]), 3);
  });

  it('prints one line for each peer, and the verdict', () => {
    const peers = [
      { name: 'one', figure: '2 ms', ratio: 0.5 },
      { name: 'two', figure: '4 ms', ratio: 0.25 },
    ];
    const lines = table([{ what: 'A call', figure: '1 ms', peers, target: '< 2 ms', met: true }]).split('\n');
    assert.match(lines[2] ?? '', /^A call +1 ms +one +2 ms +×0\.50 +< 2 ms /);
    assert.match(lines[3] ?? '', /^ +two +4 ms +×0\.25$/);
  });
});
