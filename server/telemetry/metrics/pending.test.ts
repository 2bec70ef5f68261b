import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PendingMetrics } from './pending.ts';

const here = { accountId: '111122223333', region: 'us-east-1' };
const elsewhere = { accountId: '111122223333', region: 'eu-west-1' };
const dimensions = Object.freeze({ EndpointName: 'e', VariantName: 'v' });
const datum = (name: string, unit?: string) => ({ name, value: 1, dimensions, unit });

const told = (pending: PendingMetrics) =>
  pending.take().map(({ scope, namespace, name, unit, buckets }) => {
    const count = [...buckets.values()].reduce((sum, { values }) => sum + values.count, 0);
    return [scope.region, namespace, name, unit, count].join(' ');
  });

describe('metrics with the same frozen dimensions', () => {
  it('are told apart by scope, namespace, name and unit', () => {
    const pending = new PendingMetrics();
    for (let i = 0; i < 2; i++) {
      pending.put(here, 'N', datum('a'), 0);
      pending.put(here, 'N', datum('b'), 0);
      pending.put(here, 'N', datum('a', 'Seconds'), 0);
      pending.put(here, 'M', datum('a'), 0);
      pending.put(elsewhere, 'N', datum('a'), 0);
    }
    pending.put(here, 'N', { ...datum('a'), dimensions: { VariantName: 'v', EndpointName: 'e' } }, 0);
    assert.deepEqual(told(pending).toSorted(), [
      'eu-west-1 N a  2',
      'us-east-1 M a  2',
      'us-east-1 N a  3',
      'us-east-1 N a Seconds 2',
      'us-east-1 N b  2',
    ]);
  });

  it('begin anew once they are written, and go on where they were not', () => {
    const pending = new PendingMetrics();
    pending.put(here, 'N', datum('a'), 0);
    const taken = pending.take();
    pending.put(here, 'N', datum('a'), 0);
    assert.deepEqual(told(pending), ['us-east-1 N a  1']);
    pending.putBack(taken);
    pending.put(here, 'N', datum('a'), 0);
    assert.deepEqual(told(pending), ['us-east-1 N a  2']);
  });
});
