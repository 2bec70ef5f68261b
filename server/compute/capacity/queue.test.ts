import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { admitted, type Claim, waitingMessage } from './queue.ts';

const GIB = 1024 ** 3;
const supply = { memoryBytes: 8 * GIB, gpus: 2 };
const job = (name: string, gib: number, gpus = 0): Claim => ({ name, type: 'job', memoryBytes: gib * GIB, gpus });
const server = (name: string, gib: number): Claim => ({ ...job(name, gib), type: 'server' });
const names = (claims: Claim[]) => claims.map((claim) => claim.name).join(' ');

describe('admitted', () => {
  it('starts as many as fit, in their order', () => {
    assert.equal(names(admitted(supply, [], [job('a', 3), job('b', 5), job('c', 1)])), 'a b');
  });

  it('never hands out more than there is', () => {
    assert.equal(names(admitted(supply, [job('x', 8)], [job('a', 0.1)])), '');
    assert.equal(names(admitted(supply, [job('x', 1, 2)], [job('a', 1, 1)])), '');
  });

  it('lets nobody overtake one that waits for jobs to end', () => {
    assert.equal(names(admitted(supply, [job('x', 4)], [job('large', 6), job('small', 1)])), '');
  });

  it('lets others pass one that servers keep from starting', () => {
    assert.equal(names(admitted(supply, [server('x', 4)], [job('large', 6), job('small', 1)])), 'small');
  });
});

describe('waitingMessage', () => {
  it('says what is needed and what is free', () => {
    const message = waitingMessage(supply, [job('x', 5)], job('a', 4.25));
    assert.equal(message, 'Waiting for capacity: needs 4.3 GiB of memory, 3 GiB of 8 GiB are free');
  });

  it('says so when only the end of endpoints would make room', () => {
    const message = waitingMessage(supply, [server('x', 4), job('y', 1)], job('a', 5));
    assert.match(
      message,
      /needs 5 GiB of memory, 3 GiB of 8 GiB are free; endpoints hold 4 GiB until they are deleted$/,
    );
  });

  it('names GPUs when they are what is missing', () => {
    const message = waitingMessage(supply, [job('x', 1, 1)], job('a', 1, 2));
    assert.equal(message, 'Waiting for capacity: needs 2 GPUs, 1 of 2 are free');
  });
});
