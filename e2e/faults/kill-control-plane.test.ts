import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { DeleteEndpointCommand, DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import {
  BUCKET,
  type Clients,
  clientsOf,
  createScriptEndpoint,
  describeJob,
  endpointIs,
  jobEnds,
  logOf,
  startScript,
} from '../script-mode.ts';
import { startWildsage, until, type Wildsage } from '../server.ts';

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
  let home: string;
  let server: Wildsage;
  let clients: Clients;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-kill-'));
    server = await startWildsage({ home });
    clients = clientsOf(server);
  });
  after(async () => {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const killAndRestart = async () => {
    const port = Number(new URL(server.url).port);
    await server.kill();
    server = await startWildsage({ home, port });
    clients = clientsOf(server);
  };

  const assertRanOnce = async (name: string) => {
    const job = await jobEnds(clients, name);
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const lines = await logOf(clients, name);
    assert.equal(lines.filter((line) => line === 'the program begins').length, 1, lines.join('\n'));
    assert.equal(lines.filter((line) => line === 'the program ends').length, 1, lines.join('\n'));
    const statuses = job.SecondaryStatusTransitions!.map(({ Status }) => Status);
    assert.deepEqual(statuses, [...new Set(statuses)], 'no phase is told twice');
    const model = await clients.s3.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: `output/${name}/output/model.tar.gz` }),
    );
    assert.ok(model.ContentLength! > 20e6);
    await until('the workload is cleared away', async () => workloadProcesses(name).length === 0);
  };

  for (const phase of ['Starting', 'Training', 'Uploading']) {
    it(`in phase ${phase} lets a training job end as it would have, run once`, async () => {
      const name = `killed-in-${phase.toLowerCase()}`;
      await startScript(server, clients, name, SCRIPT);
      // The moment after the acknowledgement is the first phase: nothing may be needed to have happened.
      if (phase !== 'Starting') {
        await until(phase, async () => {
          const job = await describeJob(clients, name);
          assert.equal(job.TrainingJobStatus, 'InProgress');
          return job.SecondaryStatus === phase;
        });
      }
      await killAndRestart();
      await assertRanOnce(name);
    });
  }

  it('again and again does no more harm than once', async () => {
    const name = 'killed-often';
    await startScript(server, clients, name, SCRIPT);
    for (let round = 0; round < 5; round++) await killAndRestart();
    await assertRanOnce(name);
  });

  it('leaves an endpoint that is being created to come into service', async () => {
    await createScriptEndpoint(server, clients, 'killed-creating', INFERENCE);
    await killAndRestart();
    await endpointIs(clients, 'killed-creating', 'InService');
    await invoke('killed-creating');
  });

  it('leaves endpoints serving, by the same processes', async () => {
    await createScriptEndpoint(server, clients, 'killed-serving', INFERENCE);
    await endpointIs(clients, 'killed-serving', 'InService');
    const served = await invoke('killed-serving');
    await killAndRestart();
    await until('an answer', async () => (await invoke('killed-serving')) === served);
  });

  it('does not stop a deletion, and leaves no process behind', async () => {
    await clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'killed-serving' }));
    await clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'killed-creating' }));
    await killAndRestart();
    for (const EndpointName of ['killed-serving', 'killed-creating']) {
      await until(`${EndpointName} is gone`, async () => {
        const found = await clients.sagemaker
          .send(new DescribeEndpointCommand({ EndpointName }))
          .catch((error) => error);
        return /Could not find/.test(found.message);
      });
    }
    await until('no workload is left', async () => workloadProcesses('').length === 0);
  });

  /** Who answered: the parent of the worker stays the same while workers may come and go. */
  async function invoke(EndpointName: string): Promise<string> {
    const { Body } = await clients.runtime.send(
      new InvokeEndpointCommand({ EndpointName, Body: 'x', ContentType: 'text/plain' }),
    );
    return Body.transformToString();
  }

  /** Command lines of processes that work in this home's workloads folder. */
  function workloadProcesses(name: string): string[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      })
      .filter((command) => command.includes(join(home, 'workloads')) && command.includes(name));
  }
});
