import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Phase } from '../../../compute/workload.ts';
import type { TrainingJob } from './resource.ts';
import { ended, historyOf, stagesOf, trainingEnd, trainingStart } from './stages.ts';

const CREATED = new Date('2025-01-01T00:00:00Z');
const at = (seconds: number) => new Date(CREATED.getTime() + seconds * 1000).toISOString();
const job = (rest: Partial<TrainingJob> = {}) => ({ attempt: 0, ...rest }) as TrainingJob;
const history = (...phases: [Phase, number][]) => phases.map(([phase, seconds]) => ({ phase, at: at(seconds) }));
const statuses = (stages: readonly { status: string }[]) => stages.map(({ status }) => status);

const WHOLE = history(
  ['queued', 1],
  ['preparing', 2],
  ['downloading', 3],
  ['starting', 4],
  ['running', 5],
  ['uploading', 6],
  ['exited', 7],
);

describe('the stages of a training job', () => {
  it('begin with Starting before anything was seen', () => {
    assert.deepEqual(stagesOf(job(), CREATED, []), [
      { status: 'Starting', startedAt: at(0), message: 'Starting the training job' },
    ]);
  });

  it('are whole when compute is asked only after the end', () => {
    const stages = stagesOf(job(), CREATED, WHOLE, { status: 'Completed', at: at(7) });
    assert.deepEqual(statuses(stages), ['Starting', 'Pending', 'Downloading', 'Training', 'Uploading', 'Completed']);
    for (const [index, stage] of stages.slice(0, -1).entries()) {
      assert.equal(stage.endedAt, stages[index + 1]!.startedAt);
    }
    assert.equal(stages.at(-1)!.message, 'Training job completed');
  });

  it('take a change of words within one status as the same stage', () => {
    const stages = stagesOf(job(), CREATED, history(['queued', 1], ['preparing', 2]));
    assert.deepEqual(stages.slice(1), [
      { status: 'Pending', startedAt: at(1), message: 'Preparing the instances for training' },
    ]);
  });

  it('say what a job waits for', () => {
    const waiting = {
      phase: 'queued',
      history: history(['queued', 1]),
      instances: [],
      message: 'needs 16 GiB',
    } as const;
    const stages = stagesOf(job(), CREATED, historyOf(waiting));
    assert.equal(stages.at(-1)!.message, 'needs 16 GiB');
  });

  it('show Stopping from the request on, and the upload of what there is', () => {
    const stopped = job({ stopRequestedAt: at(5.5) });
    const stages = stagesOf(stopped, CREATED, WHOLE, { status: 'Stopped', at: at(7) });
    assert.deepEqual(statuses(stages).slice(-4), ['Training', 'Stopping', 'Uploading', 'Stopped']);
  });

  it('go on from those of an earlier attempt', () => {
    const earlier = stagesOf(job(), CREATED, history(['preparing', 1]), { status: 'Restarting', at: at(2) });
    const stages = stagesOf(job({ attempt: 1, earlierTransitions: earlier }), CREATED, history(['running', 9]));
    assert.deepEqual(statuses(stages), ['Starting', 'Pending', 'Restarting', 'Starting', 'Training']);
  });

  it('can be ended when the history is lost', () => {
    const stages = ended(stagesOf(job(), CREATED, history(['running', 3])), { status: 'Failed', at: at(9) });
    assert.deepEqual(statuses(stages), ['Starting', 'Training', 'Failed']);
    assert.equal(stages[1]!.endedAt, at(9));
  });

  it('give the time on the instances', () => {
    assert.equal(trainingStart(WHOLE), at(3));
    assert.equal(trainingEnd(WHOLE), at(7));
    assert.equal(trainingStart(history(['queued', 1])), undefined);
  });
});
