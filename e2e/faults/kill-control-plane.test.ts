import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { DeleteEndpointCommand, DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { BUCKET, createScriptEndpoint, describeJob, endpointIs, jobEnds, logOf, startScript } from '../script-mode.ts';
import { until } from '../server.ts';
import { Killable } from './killable.ts';

/** Long enough in each phase to be met there: some seconds of work, and a model that takes a while to pack. */
const SCRIPT = `
import os, time
print("the program begins", flush=True)
for step in range(30):
    time.sleep(0.1)
with open(os.path.join(os.environ["SM_MODEL_DIR"], "weights"), "wb") as weights:
    for _ in range(24):
        weights.write(os.urandom(1 << 20))
print("the program ends", flush=True)
`;

const INFERENCE = `
import os
def model_fn(folder): return open(os.path.join(folder, "weights")).read()
def transform_fn(model, body, content_type, accept): return str(os.getppid()), "text/plain"
`;

describe('kill -9 of the control plane', () => {
  const place = new Killable();
  before(() => place.start());
  after(() => place.end());

  const assertRanOnce = async (name: string) => {
    const job = await jobEnds(place.clients, name);
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const lines = await logOf(place.clients, name);
    assert.equal(lines.filter((line) => line === 'the program begins').length, 1, lines.join('\n'));
    assert.equal(lines.filter((line) => line === 'the program ends').length, 1, lines.join('\n'));
    const statuses = job.SecondaryStatusTransitions!.map(({ Status }) => Status);
    assert.deepEqual(statuses, [...new Set(statuses)], 'no phase is told twice');
    const model = await place.clients.s3.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: `output/${name}/output/model.tar.gz` }),
    );
    assert.ok(model.ContentLength! > 20e6);
    await until('the workload is cleared away', async () => place.workloadProcesses(name).length === 0);
  };

  for (const phase of ['Starting', 'Training', 'Uploading']) {
    it(`in phase ${phase} lets a training job end as it would have, run once`, async () => {
      const name = `killed-in-${phase.toLowerCase()}`;
      await startScript(place.server, place.clients, name, SCRIPT);
      // The moment after the acknowledgement is the first phase: nothing may be needed to have happened.
      if (phase !== 'Starting') {
        await until(phase, async () => {
          const job = await describeJob(place.clients, name);
          assert.equal(job.TrainingJobStatus, 'InProgress');
          return job.SecondaryStatus === phase;
        });
      }
      await place.killAndRestart();
      await assertRanOnce(name);
    });
  }

  it('again and again does no more harm than once', async () => {
    const name = 'killed-often';
    await startScript(place.server, place.clients, name, SCRIPT);
    for (let round = 0; round < 5; round++) await place.killAndRestart();
    await assertRanOnce(name);
  });

  it('leaves an endpoint that is being created to come into service', async () => {
    await createScriptEndpoint(place.server, place.clients, 'killed-creating', INFERENCE);
    await place.killAndRestart();
    await endpointIs(place.clients, 'killed-creating', 'InService');
    await invoke('killed-creating');
  });

  it('leaves endpoints serving, by the same processes', async () => {
    await createScriptEndpoint(place.server, place.clients, 'killed-serving', INFERENCE);
    await endpointIs(place.clients, 'killed-serving', 'InService');
    const served = await invoke('killed-serving');
    await place.killAndRestart();
    await until('an answer', async () => (await invoke('killed-serving')) === served);
  });

  it('does not stop a deletion, and leaves no process behind', async () => {
    await place.clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'killed-serving' }));
    await place.clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'killed-creating' }));
    await place.killAndRestart();
    for (const EndpointName of ['killed-serving', 'killed-creating']) {
      await until(`${EndpointName} is gone`, async () => {
        const found = await place.clients.sagemaker
          .send(new DescribeEndpointCommand({ EndpointName }))
          .catch((error) => error);
        return /Could not find/.test(found.message);
      });
    }
    await until('no workload is left', async () => place.workloadProcesses().length === 0);
  });

  /** Who answered: the parent of the worker stays the same while workers may come and go. */
  async function invoke(EndpointName: string): Promise<string> {
    const { Body } = await place.clients.runtime.send(
      new InvokeEndpointCommand({ EndpointName, Body: 'x', ContentType: 'text/plain' }),
    );
    return Body.transformToString();
  }
});
