import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation, Outcome } from '../../../compute/workload.ts';
import { nextStep as decide } from './next-step.ts';
import type { Seen } from './observation.ts';
import type { DeployedVariant, Deployment, Endpoint } from './resource.ts';

const variant = (generation: number, rest: Partial<DeployedVariant> = {}) =>
  ({ name: 'A', generation, instanceCount: 1, weight: 1, downloadTimeoutSeconds: 60, ...rest }) as DeployedVariant;
const deployment = (...variants: DeployedVariant[]): Deployment => ({ configName: 'c', startedAt: '', variants });
const endpoint = (rest: Partial<Endpoint>): Endpoint => ({
  status: 'InService',
  retired: [],
  lastGeneration: 1,
  ...rest,
});

const at = (phase: Observation['phase'], outcome?: Outcome): Observation => ({
  phase,
  outcome,
  history: [],
  instances: phase === 'running' ? [{ host: 'algo-1', state: 'running', healthy: true }] : [],
});

/** By generation. */
const seeing =
  (observations: Record<number, Observation>): Seen =>
  ({ generation }) =>
    observations[generation];

const NOW = new Date('2025-01-01T00:00:00Z');
const nextStep = (doc: Endpoint, seen: Seen) => decide(doc, seen, NOW);

describe('nextStep of an endpoint', () => {
  const creating = endpoint({ status: 'Creating', pending: deployment(variant(1)) });
  const updating = endpoint({ status: 'Updating', current: deployment(variant(1)), pending: deployment(variant(2)) });

  it('starts the servers of a new endpoint', () => {
    assert.deepEqual(nextStep(creating, seeing({})), { do: 'start', variants: [variant(1)] });
  });

  it('waits until every instance is healthy, then switches', () => {
    assert.equal(nextStep(creating, seeing({ 1: at('starting') })).do, 'wait');
    const unhealthy = { ...at('running'), instances: [{ host: 'algo-1', state: 'running', healthy: false } as const] };
    assert.equal(nextStep(creating, seeing({ 1: unhealthy })).do, 'wait');
    assert.equal(nextStep(creating, seeing({ 1: at('running') })).do, 'switch');
    const two = endpoint({ status: 'Creating', pending: deployment(variant(1, { instanceCount: 2 })) });
    assert.equal(nextStep(two, seeing({ 1: at('running') })).do, 'wait');
  });

  it('gives up in the words of SageMaker when a server does not pass its health check', () => {
    const outcome: Outcome = { kind: 'failed', at: 'health', message: '' };
    assert.deepEqual(nextStep(creating, seeing({ 1: at('exited', outcome) })), {
      do: 'give-up',
      reason:
        'The primary container for production variant A did not pass the ping health check. ' +
        'Please check CloudWatch logs for this endpoint.',
    });
  });

  it('keeps the old servers going while the new ones come up', () => {
    assert.deepEqual(nextStep(updating, seeing({ 2: at('starting'), 1: at('absent') })), {
      do: 'start',
      variants: [variant(1)],
    });
    assert.equal(nextStep(updating, seeing({ 2: at('starting'), 1: at('running') })).do, 'wait');
  });

  it('starts only what is new: a variant that stays goes on running', () => {
    const weights = endpoint({
      status: 'Updating',
      current: deployment(variant(1)),
      pending: deployment(variant(1, { weight: 3 })),
    });
    assert.equal(nextStep(weights, seeing({ 1: at('running') })).do, 'switch');
  });

  it('gives an update up that waits for capacity too long, yet lets a new endpoint wait', () => {
    const queued = (at: string): Observation => ({
      phase: 'queued',
      message: 'needs 4 GiB',
      history: [{ phase: 'queued', at }],
      instances: [],
    });
    const [long, short] = [queued('2024-12-31T23:50:00Z'), queued('2024-12-31T23:50:01Z')];
    const step = nextStep(updating, seeing({ 1: at('running'), 2: long }));
    assert.ok(step.do === 'give-up' && /InsufficientInstanceCapacity error.*needs 4 GiB$/.test(step.reason));
    assert.equal(nextStep(updating, seeing({ 1: at('running'), 2: short })).do, 'wait');
    assert.equal(nextStep(creating, seeing({ 1: long })).do, 'wait');
  });

  it('gives up on a download that takes longer than it may', () => {
    const since = (begun: string): Observation => ({
      ...at('downloading'),
      history: [{ phase: 'downloading', at: begun }],
    });
    const step = nextStep(creating, seeing({ 1: since('2024-12-31T23:59:00Z') }));
    assert.ok(step.do === 'give-up' && /^Failed to download model data .* after 60 seconds/.test(step.reason));
    assert.equal(nextStep(creating, seeing({ 1: since('2024-12-31T23:59:01Z') })).do, 'wait');
  });

  it('says in the words of SageMaker which model data it could not get', () => {
    const modelDataUrl = 's3://bucket/model.tar.gz';
    const outcome: Outcome = { kind: 'failed', at: 'input', message: 'No such key.' };
    const doc = endpoint({ status: 'Creating', pending: deployment(variant(1, { modelDataUrl })) });
    assert.deepEqual(nextStep(doc, seeing({ 1: at('exited', outcome) })), {
      do: 'give-up',
      reason:
        'Failed to download model data for container "container_1" from URL: "s3://bucket/model.tar.gz". Please ensure ' +
        'that there is an object located at the URL and that the role passed to CreateModel has permissions to ' +
        'download the object. No such key.',
    });
  });

  it('removes what serves no more before anything else', () => {
    const after = endpoint({ current: deployment(variant(2)), retired: [variant(1)] });
    assert.deepEqual(nextStep(after, seeing({ 2: at('running') })), {
      do: 'remove',
      variants: [variant(1)],
      after: 'forget',
    });
  });

  it('replaces a server in service that ended or was lost', () => {
    const serving = endpoint({ current: deployment(variant(1)) });
    assert.deepEqual(nextStep(serving, seeing({ 1: at('exited', { kind: 'succeeded' }) })), {
      do: 'remove',
      variants: [variant(1)],
      after: 'start-again',
    });
    assert.deepEqual(nextStep(serving, seeing({})), { do: 'start', variants: [variant(1)] });
  });

  it('leaves a failed endpoint alone, and deletes whatever there is', () => {
    assert.equal(nextStep(endpoint({ status: 'Failed', current: deployment() }), seeing({})).do, 'settled');
    assert.equal(nextStep({ ...updating, status: 'Deleting' }, seeing({})).do, 'delete');
  });
});
