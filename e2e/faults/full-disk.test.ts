import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { CreateModelCommand, ListModelsCommand } from '@aws-sdk/client-sagemaker';
import { BUCKET, type Clients, clientsOf, jobEnds, logOf, put, SKLEARN, startScript } from '../script-mode.ts';
import { startWildsage, until, type Wildsage } from '../server.ts';
import { canMount, mountSmallDisk, type SmallDisk } from './small-disk.ts';

const MEGABYTE = 1 << 20;

const TALKS = `
import os, time
print("the program begins", flush=True)
for number in range(60):
    print(f"line {number} " + "x" * 2000, flush=True)
    # Tells how far it is without taking any room.
    os.utime(os.environ["SM_MODEL_DIR"], (number, number))
    time.sleep(0.1)
with open(os.path.join(os.environ["SM_MODEL_DIR"], "weights"), "w") as weights: weights.write("small")
print("the program ends", flush=True)
`;

const WRITES_MODEL = `
import os
with open(os.path.join(os.environ["SM_MODEL_DIR"], "weights"), "wb") as weights:
    for _ in range(15):
        weights.write(os.urandom(1 << 20))
print("the program ends", flush=True)
`;

if (!canMount()) it('a full disk', { skip: 'this machine lets nobody mount a small disk to fill' });
else {
  describe('a full disk', () => {
    let home: string;
    let disk: SmallDisk;
    let server: Wildsage;
    let clients: Clients;

    before(async () => {
      home = mkdtempSync(join(tmpdir(), 'wildsage-full-'));
      disk = await mountSmallDisk(home, 96);
      server = await startWildsage({ home, within: disk.within });
      clients = clientsOf(server);
    });
    after(async () => {
      await server?.stop();
      await disk?.close();
      rmSync(home, { recursive: true, force: true });
    });

    afterEach(() => disk.makeRoom());

    const createModel = (ModelName: string) =>
      clients.sagemaker.send(
        new CreateModelCommand({
          ModelName,
          ExecutionRoleArn: server.environment.WILDSAGE_ROLE_ARN,
          PrimaryContainer: { Image: SKLEARN, Environment: { PADDING: 'x'.repeat(1000) } },
        }),
      );
    const modelNames = async () => {
      const { Models = [] } = await clients.sagemaker.send(new ListModelsCommand({ MaxResults: 100 }));
      return Models.map(({ ModelName }) => ModelName!).sort();
    };
    const read = async (Key: string) => {
      const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      return Body!.transformToString();
    };
    const linesSaid = (job: string) => {
      const workloads = join(disk.path, 'workloads');
      const workload = readdirSync(workloads).find((name) => name.includes(job)) ?? '';
      return statSync(join(workloads, workload, 'algo-1', 'ml', 'model')).mtimeMs / 1000;
    };
    const refusal = async (work: Promise<unknown>) => {
      const error = await work.then(
        () => assert.fail('it was done'),
        (error) => error,
      );
      return `${error.$metadata?.httpStatusCode} ${error.name}: ${error.message}`;
    };

    it('refuses what it cannot keep, in clear words, and still has all that it has acknowledged', async () => {
      await put(clients, 'before', 'there');
      await put(clients, 'deleted', 'x');
      await createModel('before');
      disk.fill(0);
      assert.match(
        await refusal(put(clients, 'no-room', Buffer.alloc(3 * MEGABYTE))),
        /^507 InsufficientStorage: .*Free some/,
      );
      const acknowledged = ['before'];
      const createMany = async () => {
        for (let number = 0; number < 1000; number++) {
          await createModel(`model-${number}`);
          acknowledged.push(`model-${number}`);
        }
      };
      assert.match(await refusal(createMany()), /^503 ServiceUnavailable: .*disk is full.* free some space/);
      assert.equal(await read('before'), 'there');
      assert.deepEqual(await modelNames(), acknowledged.toSorted());
      // What frees the disk finds room, else nobody could ever free it.
      await clients.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'deleted' }));
      assert.match(await refusal(read('deleted')), /^404 NoSuchKey/);
      disk.makeRoom();
      await put(clients, 'after', 'there');
      await createModel('after');
      assert.deepEqual(await modelNames(), ['after', ...acknowledged].toSorted());
      assert.match(await refusal(read('no-room')), /^404 NoSuchKey/);
    });

    it('delays the log lines of a running job, and loses none of those that can wait', async () => {
      await startScript(server, clients, 'talks', TALKS);
      await until('the program begins', async () => (await logOf(clients, 'talks')).includes('the program begins'));
      disk.fill(0);
      const said = linesSaid('talks');
      await until('the program speaks on', async () => linesSaid('talks') > said + 10);
      disk.makeRoom();
      const job = await jobEnds(clients, 'talks');
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      const lines = await logOf(clients, 'talks');
      assert.ok(lines.includes('the program ends'));
      const numbers = lines
        .map((line) => /^line (\d+) x{2000}$/.exec(line)?.[1])
        .filter((number) => number !== undefined);
      assert.deepEqual(numbers.map(Number), [...Array(60).keys()]);
    });

    it('fails the job whose model finds no room, and says so', async () => {
      disk.fill(25 * MEGABYTE);
      await startScript(server, clients, 'no-room-for-model', WRITES_MODEL);
      const job = await jobEnds(clients, 'no-room-for-model');
      disk.makeRoom();
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.match(job.FailureReason!, /^ClientError: Artifact upload failed.*not enough free disk space/);
    });

    it('ends the job that fills it once there is room again', async () => {
      disk.fill(10 * MEGABYTE);
      await startScript(server, clients, 'fills-disk', WRITES_MODEL);
      await until('the disk is full', async () => disk.room() < 4096);
      disk.makeRoom();
      const job = await jobEnds(clients, 'fills-disk');
      // The room may come in time for the last of the program's writes.
      if (job.TrainingJobStatus === 'Completed') return;
      assert.match(job.FailureReason!, /^AlgorithmError: .*exit code: 1$/s);
      assert.match((await logOf(clients, 'fills-disk')).join('\n'), /No space left on device/);
    });

    it('leaves nothing broken behind for the next start', async () => {
      const names = await modelNames();
      await server.kill();
      server = await startWildsage({ home, within: disk.within });
      clients = clientsOf(server);
      assert.deepEqual(await modelNames(), names);
      assert.equal(await read('after'), 'there');
      await startScript(server, clients, 'with-room', WRITES_MODEL);
      const job = await jobEnds(clients, 'with-room');
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    });
  });
}
