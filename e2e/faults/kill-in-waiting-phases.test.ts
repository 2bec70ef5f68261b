import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CreateTrainingJobCommand, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { findUv } from '../../server/compute/runtimes/uv.ts';
import { allProcesses } from '../processes.ts';
import { BUCKET, describeJob, jobEnds, logOf, put, startScript } from '../script-mode.ts';
import { until } from '../server.ts';
import { Killable } from './killable.ts';
import { writeOwnRuntime } from './own-runtime.ts';

const SHORT = `
print("the program begins", flush=True)
`;

const WAITS = `
import time
print("the program begins", flush=True)
time.sleep(300)
`;

/** Saves its work when it is told to stop, which takes longer than the control plane needs to come back. */
const SAVES_WHEN_STOPPED = `
import os, signal, sys, time
def save(*_):
    print("the program saves", flush=True)
    time.sleep(3)
    with open(os.path.join(os.environ["SM_MODEL_DIR"], "weights"), "w") as weights: weights.write("saved")
    print("the program ends", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("the program begins", flush=True)
while True: time.sleep(0.1)
`;

/** Says that it has begun, and goes on when it may. */
const gatedUv = (folder: string, uv: string) => `#!/bin/sh
case "$1" in --version) exec '${uv}' --version ;; esac
echo $$ >> '${folder}/begun'
until [ -e '${folder}/open' ]; do sleep 0.05; done
exec '${uv}' "$@"
`;

describe('kill -9 of the control plane while a job waits', () => {
  let folder: string;
  let place: Killable;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wildsage-waits-'));
    const cache = process.env.WILDSAGE_CACHE || join(homedir(), '.cache', 'wildsage');
    const uv = await findUv(cache);
    writeFileSync(join(folder, 'uv'), gatedUv(folder, uv));
    chmodSync(join(folder, 'uv'), 0o755);
    // Room for one job at a time.
    place = new Killable({ WILDSAGE_MEMORY_GIB: '4', WILDSAGE_INSTANCE_MEMORY_GIB: '4' });
    await place.start();
  });
  after(async () => {
    await place?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const status = async (name: string) => (await describeJob(place.clients, name)).SecondaryStatus;
  const stop = (TrainingJobName: string) =>
    place.clients.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
  const beginnings = async (name: string) =>
    (await logOf(place.clients, name)).filter((line) => line === 'the program begins').length;
  const clearedAway = (name: string) =>
    until('the workload is cleared away', async () => place.workloadProcesses(name).length === 0);

  it('for capacity, it goes on waiting, and runs once when there is some', async () => {
    await startScript(place.server, place.clients, 'holds-the-machine', WAITS);
    await until('the first job runs', async () => (await status('holds-the-machine')) === 'Training');
    await startScript(place.server, place.clients, 'queued', SHORT);
    await until('the second one waits', async () => {
      const [last] = (await describeJob(place.clients, 'queued')).SecondaryStatusTransitions!.slice(-1);
      return last?.Status === 'Pending';
    });
    await place.killAndRestart();
    assert.equal(await status('queued'), 'Pending');
    assert.equal(await status('holds-the-machine'), 'Training');
    await stop('holds-the-machine');
    const job = await jobEnds(place.clients, 'queued');
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.equal(await beginnings('queued'), 1);
  });

  it('for its data, it gets all of them, and runs once', async () => {
    const megabytes = 400;
    const s3Uri = await put(place.clients, 'large/zeros.gz', gzipSync(Buffer.alloc(megabytes << 20), { level: 1 }));
    const script = `
import os
print("the program begins", flush=True)
print("bytes", os.path.getsize("/opt/ml/input/data/large/zeros"), flush=True)
`;
    await startScript(place.server, place.clients, 'downloads', script, {
      InputDataConfig: [
        {
          ChannelName: 'large',
          CompressionType: 'Gzip',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: s3Uri } },
        },
      ],
    });
    await until('the download', async () => (await status('downloads')) === 'Downloading');
    await place.killAndRestart();
    const job = await jobEnds(place.clients, 'downloads');
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.equal(await beginnings('downloads'), 1);
    assert.ok((await logOf(place.clients, 'downloads')).includes(`bytes ${megabytes << 20}`));
  });

  it('for its end, it has the time to save its work, and is stopped once', async () => {
    await startScript(place.server, place.clients, 'stopping', SAVES_WHEN_STOPPED);
    await until('the program begins', async () => (await beginnings('stopping')) === 1);
    await stop('stopping');
    await until('the program saves', async () =>
      (await logOf(place.clients, 'stopping')).includes('the program saves'),
    );
    await place.killAndRestart();
    assert.equal(await status('stopping'), 'Stopping');
    const job = await jobEnds(place.clients, 'stopping');
    assert.equal(job.TrainingJobStatus, 'Stopped', job.FailureReason);
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, `s3://${BUCKET}/output/stopping/output/model.tar.gz`);
    const lines = await logOf(place.clients, 'stopping');
    for (const line of ['the program begins', 'the program saves', 'the program ends'])
      assert.equal(lines.filter((each) => each === line).length, 1, lines.join('\n'));
    await clearedAway('stopping');
  });

  it('for its environment, that is built anew, by nobody else, and the job runs once', async () => {
    const cache = join(folder, 'cache');
    mkdirSync(cache);
    const builds = new Killable({ WILDSAGE_CACHE: cache, WILDSAGE_UV: join(folder, 'uv') });
    writeOwnRuntime(builds.home);
    await builds.start();
    const begun = () => {
      const file = join(folder, 'begun');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
    };
    try {
      await put(builds.clients, 'some', 'data');
      await builds.clients.sagemaker.send(
        new CreateTrainingJobCommand({
          TrainingJobName: 'builds',
          AlgorithmSpecification: { TrainingImage: 'own-runtime:1', TrainingInputMode: 'File' },
          RoleArn: builds.server.environment.WILDSAGE_ROLE_ARN,
          OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/output` },
          ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
          StoppingCondition: { MaxRuntimeInSeconds: 600 },
        }),
      );
      await until('the building begins', async () => begun().length > 0);
      await builds.killAndRestart();
      await until('it begins again', async () => begun().length > 1);
      const [first] = begun();
      await until('the first builder is gone', async () => allProcesses().every(({ pid }) => pid !== first), 20);
      writeFileSync(join(folder, 'open'), '');
      const job = await jobEnds(builds.clients, 'builds');
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      assert.deepEqual(await logOf(builds.clients, 'builds'), ['six 1.17.0']);
    } finally {
      writeFileSync(join(folder, 'open'), '');
      await builds.end();
    }
  });
});
