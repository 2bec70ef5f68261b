import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation, Outcome } from '../../../compute/workload.ts';
import { endingOf, nextStep } from './next-step.ts';
import type { TrainingJob } from './resource.ts';

const CREATED = new Date('2025-01-01T00:00:00Z');
const later = (seconds: number) => new Date(CREATED.getTime() + seconds * 1000);
const STARTED = later(1).toISOString();

const job = (rest: Partial<TrainingJob> = {}, request: object = {}): TrainingJob => ({
  request: { TrainingJobName: 'j', RoleArn: 'r', OutputDataConfig: { S3OutputPath: 's3://b/o' }, ...request },
  status: 'InProgress',
  transitions: [],
  attempt: 0,
  ...rest,
});

const seen = (phase: Observation['phase'], outcome?: Outcome): Observation => ({
  phase,
  outcome,
  history: [],
  instances: [],
});

const step = (doc: TrainingJob, observation: Observation, now = later(10)) => nextStep(doc, CREATED, observation, now);

describe('nextStep of a training job', () => {
  it('starts a new job', () => {
    assert.deepEqual(step(job(), seen('absent')), { do: 'start' });
  });

  it('hands over once more what was not recorded as started, since starting twice is one start', () => {
    assert.deepEqual(step(job(), seen('running')), { do: 'start' });
  });

  it('fails a job whose workload vanished, rather than training twice', () => {
    const next = step(job({ startedAt: STARTED }), seen('absent'));
    assert.equal(next.do, 'finish');
    assert.ok(next.do === 'finish' && next.ending.reason?.startsWith('InternalServerError: '));
    assert.ok(next.do === 'finish' && next.ending.status === 'Failed');
  });

  it('watches what runs', () => {
    assert.equal(step(job({ startedAt: STARTED }), seen('running')).do, 'watch');
  });

  it('passes a stop on until the workload has ended', () => {
    const stopping = job({ status: 'Stopping', startedAt: STARTED, stopRequestedAt: STARTED });
    assert.deepEqual(step(stopping, seen('running')), { do: 'stop' });
    assert.deepEqual(step(stopping, seen('uploading')), { do: 'stop' });
  });

  it('stops a job that never started without starting it', () => {
    const next = step(job({ status: 'Stopping' }), seen('absent'));
    assert.deepEqual(next, { do: 'finish', ending: { status: 'Stopped', secondary: 'Stopped' } });
  });

  it('frees the disk once the outcome is recorded, then is done', () => {
    assert.deepEqual(step(job({ status: 'Completed' }), seen('exited')), { do: 'clear' });
    assert.deepEqual(step(job({ status: 'Completed', cleared: true }), seen('absent')), { do: 'settled' });
  });

  it('deletes whatever is there', () => {
    assert.deepEqual(step(job({ status: 'Deleting' }), seen('exited')), { do: 'delete' });
  });

  it('stops a spot job when MaxWaitTimeInSeconds has passed, and looks again no later than that', () => {
    const spot = job(
      { startedAt: STARTED },
      { EnableManagedSpotTraining: true, StoppingCondition: { MaxRuntimeInSeconds: 50, MaxWaitTimeInSeconds: 60 } },
    );
    assert.deepEqual(step(spot, seen('queued'), later(55)), { do: 'watch', againAfterSeconds: 5 });
    assert.deepEqual(step(spot, seen('queued'), later(60)), { do: 'ask-to-stop', because: 'MaxWaitTimeExceeded' });
  });

  it('stops waiting for capacity when MaxPendingTimeInSeconds has passed', () => {
    const pending = job({ startedAt: STARTED }, { StoppingCondition: { MaxPendingTimeInSeconds: 7200 } });
    assert.deepEqual(step(pending, seen('queued'), later(7200)), {
      do: 'ask-to-stop',
      because: 'MaxPendingTimeExceeded',
    });
    assert.equal(step(pending, seen('running'), later(7300)).do, 'watch');
  });

  it('begins anew after an error of the machine only as often as RetryStrategy says', () => {
    const machine = seen('exited', { kind: 'failed', at: 'machine', message: 'lost' });
    const retrying = (attempt: number) =>
      job({ startedAt: STARTED, attempt }, { RetryStrategy: { MaximumRetryAttempts: 1 } });
    assert.equal(step(retrying(0), machine).do, 'begin-anew');
    assert.equal(step(retrying(1), machine).do, 'finish');
    const program = seen('exited', { kind: 'failed', at: 'program', exitCode: 1, message: '' });
    assert.equal(step(retrying(0), program).do, 'finish');
  });
});

describe('the ending of a training job', () => {
  const failure = (rest: object): Outcome => ({ kind: 'failed', at: 'program', message: '', ...rest }) as Outcome;
  const cases: [string, Outcome | undefined, string, string, string | undefined][] = [
    ['success', { kind: 'succeeded' }, 'Completed', 'Completed', undefined],
    ['the time limit', { kind: 'stopped', because: 'max-runtime' }, 'Stopped', 'MaxRuntimeExceeded', undefined],
    ['a stop', { kind: 'stopped', because: 'asked' }, 'Stopped', 'Stopped', undefined],
    ['an exit code', failure({ exitCode: 3 }), 'Failed', 'Failed', 'AlgorithmError: , exit code: 3'],
    ['words', failure({ exitCode: 1, message: 'no' }), 'Failed', 'Failed', 'AlgorithmError: no, exit code: 1'],
    ['a signal', failure({ signal: 'SIGKILL' }), 'Failed', 'Failed', 'AlgorithmError: , exit code: 137'],
    [
      'inputs that are not there',
      failure({ at: 'input', message: 'gone' }),
      'Failed',
      'Failed',
      'ClientError: Data download failed:gone',
    ],
    [
      'outputs that cannot be stored',
      failure({ at: 'output', message: 'full' }),
      'Failed',
      'Failed',
      'ClientError: Artifact upload failed:full',
    ],
  ];
  for (const [what, outcome, status, secondary, reason] of cases) {
    it(`after ${what} is ${secondary}`, () => {
      const ending = endingOf(job(), outcome);
      assert.deepEqual([ending.status, ending.secondary, ending.reason], [status, secondary, reason]);
    });
  }

  it('is Stopped when a program that was asked to stop ends with an error', () => {
    const ending = endingOf(job({ status: 'Stopping' }), failure({ exitCode: 143 }));
    assert.equal(ending.secondary, 'Stopped');
  });

  it('keeps the exit code when the words are longer than a FailureReason may be', () => {
    const { reason } = endingOf(job(), failure({ exitCode: 2, message: 'x'.repeat(5000) }));
    assert.ok(reason!.length <= 1024);
    assert.ok(reason!.endsWith(', exit code: 2'));
  });
});
