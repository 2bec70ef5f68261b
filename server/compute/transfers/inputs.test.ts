import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eachOf } from './inputs.ts';

describe('eachOf', () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  const signal = new AbortController().signal;
  const later = () => new Promise((resolve) => setImmediate(resolve));

  it('works through all, several at once', async () => {
    const done: number[] = [];
    let [now, most] = [0, 0];
    await eachOf(numbers, signal, async (number) => {
      most = Math.max(most, ++now);
      await later();
      now--;
      done.push(number);
    });
    assert.deepEqual(
      done.sort((a, b) => a - b),
      numbers,
    );
    assert.ok(most > 1 && most < 20);
  });

  it('begins nothing new after a failure, and is told of it when nothing is under way', async () => {
    let [begun, now] = [0, 0];
    const working = eachOf(numbers, signal, async (number) => {
      begun++;
      now++;
      await later();
      if (number !== 3) await later();
      now--;
      if (number === 3) throw new Error('three');
    });
    await assert.rejects(working, /three/);
    assert.equal(now, 0);
    assert.ok(begun < 20);
  });

  it('ends with the signal', async () => {
    await assert.rejects(
      eachOf(numbers, AbortSignal.abort(new Error('stop')), async () => {}),
      /stop/,
    );
  });
});
