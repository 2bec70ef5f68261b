import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { list, type ReadEntry } from 'tar';
import { chooseSandbox } from '../sandbox/choose.ts';
import { openTestFloor, scope, testJob, testServer, until, untilExited, untilObserved } from '../test-floor.ts';
import type { Workload } from '../workload.ts';

type Floor = Awaited<ReturnType<typeof openTestFloor>>;
const backends = [{ name: 'process', open: openTestFloor }];

for (const backend of backends) {
  describe(`${backend.name} backend`, { concurrency: 3 }, () => {
    let floor: Floor;
    before(async () => {
      // A small machine, whatever this one is: a job gets a quarter of it, a server an eighth.
      process.env.WILDSAGE_MEMORY_GIB = '2';
      floor = await backend.open();
      await floor.objects.createBucket('data', scope);
    });
    after(() => floor.dispose());

    const finish = async (job: Workload) => {
      await floor.compute.start(job);
      return untilExited(floor.compute, job.name);
    };
    const logOf = (job: Workload) => floor.lines(`${job.name}/algo-1`);
    const archive = async (key: string) => {
      const bytes = gunzipSync(await buffer((await floor.objects.get('data', key)).body));
      const entries: string[] = [];
      const parser = list({ onReadEntry: (entry: ReadEntry) => entries.push(entry.path) });
      parser.end(bytes);
      return entries;
    };

    it('runs a command, stores its lines and tells that it succeeded', async () => {
      const job = testJob('echo one; echo two >&2; printf three');
      const seen = await finish(job);
      assert.deepEqual(seen.outcome, { kind: 'succeeded' });
      assert.deepEqual(await logOf(job), ['one', 'two', 'three']);
      assert.deepEqual(
        seen.history.map((entry) => entry.phase),
        ['queued', 'preparing', 'downloading', 'starting', 'running', 'exited'],
      );
    });

    it('starts a workload once, however often it is asked to', async () => {
      const job = testJob('echo ran');
      await Promise.all([floor.compute.start(job), floor.compute.start(job)]);
      await untilExited(floor.compute, job.name);
      await floor.compute.start(job);
      assert.equal((await floor.compute.observe(job.name)).phase, 'exited');
      assert.deepEqual(await logOf(job), ['ran']);
    });

    it('tells the exit code and what the program wrote about its failure', async () => {
      const job = testJob('echo "no data to learn from" > /opt/ml/output/failure; exit 3');
      const seen = await finish(job);
      assert.deepEqual(seen.outcome, {
        kind: 'failed',
        at: 'program',
        exitCode: 3,
        signal: undefined,
        message: 'no data to learn from',
      });
    });

    it('tells the signal that ended a program', async () => {
      const { outcome } = await finish(testJob('kill -SEGV $$'));
      assert.partialDeepStrictEqual(outcome, { kind: 'failed', at: 'program', exitCode: 139, signal: 'SIGSEGV' });
    });

    it('reports a command that does not exist as exit code 127, with the reason in the log', async () => {
      const job = testJob('', { entrypoint: ['/no/such/command'] });
      const { outcome } = await finish(job);
      assert.partialDeepStrictEqual(outcome, { kind: 'failed', at: 'program', exitCode: 127 });
      assert.match((await logOf(job)).join('\n'), /no\/such\/command/);
    });

    it('has a stopped program end in its own way, and stores its outputs', async () => {
      const job = testJob(
        "trap 'echo saving; echo weights > /opt/ml/model/weights; exit 0' TERM; echo up; while :; do sleep 0.05; done",
        {
          outputs: [
            { path: '/opt/ml/model', s3Uri: 's3://data/stopped/model.tar.gz', form: 'tar.gz', when: 'EndOfJob' },
          ],
        },
      );
      await floor.compute.start(job);
      await until(
        () => logOf(job),
        (lines) => lines.includes('up'),
      );
      await floor.compute.stop(job.name);
      const seen = await untilExited(floor.compute, job.name);
      assert.deepEqual(seen.outcome, { kind: 'stopped', because: 'asked' });
      assert.deepEqual(await logOf(job), ['up', 'saving']);
      assert.deepEqual(await archive('stopped/model.tar.gz'), ['weights']);
    });

    it('kills a program that does not end within its grace time', async () => {
      const job = testJob("trap '' TERM; echo up; while :; do sleep 0.05; done", { stopGraceSeconds: 0.2 });
      await floor.compute.start(job);
      await until(
        () => logOf(job),
        (lines) => lines.includes('up'),
      );
      await floor.compute.stop(job.name);
      assert.deepEqual((await untilExited(floor.compute, job.name)).outcome, { kind: 'stopped', because: 'asked' });
    });

    it('ends a program that runs longer than it may', async () => {
      const { outcome } = await finish(testJob('sleep 600', { maxRuntimeSeconds: 0.3 }));
      assert.deepEqual(outcome, { kind: 'stopped', because: 'max-runtime' });
    });

    it('stops a workload that waits, without running it', async () => {
      const big = { instanceType: 'ml.m5.24xlarge' };
      const holders = Array.from({ length: 4 }, () => testJob('echo up; sleep 600', { ...big, stopGraceSeconds: 0 }));
      const waiting = testJob('echo ran', big);
      const next = testJob('echo ran', big);
      for (const job of [...holders, waiting, next]) await floor.compute.start(job);
      const seen = await untilObserved(floor.compute, waiting.name, ({ message }) => message !== undefined);
      assert.equal(seen.phase, 'queued');
      assert.match(seen.message ?? '', /^Waiting for capacity: needs .* GiB of memory, .* of .* GiB are free$/);
      await floor.compute.stop(waiting.name);
      assert.deepEqual((await untilExited(floor.compute, waiting.name)).outcome, { kind: 'stopped', because: 'asked' });
      await Promise.all(holders.map((job) => floor.compute.stop(job.name)));
      assert.deepEqual((await untilExited(floor.compute, next.name)).outcome, { kind: 'succeeded' });
      assert.deepEqual(await logOf(waiting), []);
    });

    it('fetches inputs and stores outputs', async () => {
      await floor.objects.put('data', 'in/train/a.csv', Buffer.from('1,2\n'));
      await floor.objects.put('data', 'in/train/more/b.csv', Buffer.from('3,4\n'));
      const job = testJob(
        'cd /opt/ml; cat input/data/train/a.csv input/data/train/more/b.csv > model/all; cp input/config/x.json output/data/',
        {
          files: [{ path: '/opt/ml/input/config/x.json', content: '{}' }],
          inputs: [{ path: '/opt/ml/input/data/train', s3Uri: 's3://data/in/train', source: 'S3Prefix', mode: 'File' }],
          outputs: [
            { path: '/opt/ml/model', s3Uri: 's3://data/out/model.tar.gz', form: 'tar.gz', when: 'EndOfJob' },
            { path: '/opt/ml/output/data', s3Uri: 's3://data/out/files', form: 'files', when: 'EndOfJob' },
          ],
        },
      );
      const seen = await finish(job);
      assert.deepEqual(seen.outcome, { kind: 'succeeded' });
      assert.deepEqual(await archive('out/model.tar.gz'), ['all']);
      const stored = await floor.objects.get('data', 'out/files/x.json');
      assert.equal((await buffer(stored.body)).toString(), '{}');
      assert.ok(seen.history.some((entry) => entry.phase === 'uploading'));
    });

    it('says in SageMaker’s words that there is no data', async () => {
      const job = testJob('true', {
        inputs: [{ path: '/opt/ml/input/data/train', s3Uri: 's3://data/nothing', source: 'S3Prefix', mode: 'File' }],
      });
      const { outcome } = await finish(job);
      assert.partialDeepStrictEqual(outcome, { kind: 'failed', at: 'input' });
      assert.match(
        outcome?.kind === 'failed' ? outcome.message : '',
        /^No S3 objects found under S3 URL "s3:\/\/data\/nothing" given in input data source\. Please ensure that the bucket exists in the selected region \(us-east-1\), that objects exist under that S3 prefix, and that the role "arn:aws:iam::123456789012:role\/test" has "s3:ListBucket" permissions on bucket "data"\.$/,
      );
    });

    it('fails a job whose outputs cannot be stored', async () => {
      const job = testJob('echo x > /opt/ml/model/x', {
        outputs: [{ path: '/opt/ml/model', s3Uri: 's3://absent/model.tar.gz', form: 'tar.gz', when: 'EndOfJob' }],
      });
      assert.partialDeepStrictEqual((await finish(job)).outcome, { kind: 'failed', at: 'output' });
    });

    it('runs several instances that know each other, and merges their models', async () => {
      const command =
        'cd /opt/ml/input/config; host=$(sed "s/.*current_host\\":\\"//; s/\\".*//" resourceconfig.json); grep -c " algo-" /etc/hosts; touch /opt/ml/model/$host /opt/ml/model/both';
      const job = testJob(command, {
        instanceCount: 2,
        outputs: [{ path: '/opt/ml/model', s3Uri: 's3://data/two/model.tar.gz', form: 'tar.gz', when: 'EndOfJob' }],
      });
      const seen = await finish(job);
      assert.deepEqual(seen.outcome, { kind: 'succeeded' });
      assert.deepEqual(await archive('two/model.tar.gz'), ['algo-1', 'algo-2', 'both']);
      assert.deepEqual(
        seen.instances.map((instance) => [instance.host, instance.state]),
        [
          ['algo-1', 'exited'],
          ['algo-2', 'exited'],
        ],
      );
      // Only a sandbox can give a program its own /etc/hosts.
      const { hasOptMl } = await chooseSandbox();
      assert.deepEqual(await floor.lines(`${job.name}/algo-2`), [hasOptMl ? '2' : '0']);
    });

    it('ends the other instances when one fails', async () => {
      const job = testJob(
        'grep -q "current_host.:.algo-2" /opt/ml/input/config/resourceconfig.json && exit 9; sleep 600',
        {
          instanceCount: 2,
        },
      );
      assert.partialDeepStrictEqual((await finish(job)).outcome, { kind: 'failed', at: 'program', exitCode: 9 });
    });

    it('ends a program that takes more memory than is reserved for it', async () => {
      const job = testJob('', {
        entrypoint: [
          '/usr/bin/env',
          'python3',
          '-c',
          'x = bytearray(3 << 28)\nfor i in range(0, len(x), 4096): x[i] = 1\nprint("kept", flush=True)\nimport time; time.sleep(60)',
        ],
      });
      const { outcome } = await finish(job);
      assert.partialDeepStrictEqual(outcome, { kind: 'failed', at: 'program', exitCode: 137 });
      assert.ok(outcome?.kind === 'failed');
      assert.match(
        outcome.message,
        /^Please use an instance type with more memory.* used \d+ MiB .* \d+ MiB are reserved/,
      );
      assert.match((await logOf(job)).join('\n'), /^Ended: it used \d+ MiB of memory, \d+ MiB are reserved for it\.$/m);
    });

    it('gives the program a clean environment', async () => {
      process.env.SECRET_OF_THE_SERVER = 'x';
      const job = testJob('env', { environment: { FROM_USER: 'yes', AWS_ENDPOINT_URL: 'http://elsewhere' } });
      await finish(job);
      const lines = await logOf(job);
      assert.ok(lines.includes('FROM_USER=yes'));
      assert.ok(lines.includes('AWS_REGION=us-east-1'));
      assert.ok(lines.includes('AWS_ENDPOINT_URL=http://elsewhere'));
      assert.ok(
        lines.some((line) =>
          /^AWS_CONTAINER_CREDENTIALS_FULL_URI=http:\/\/127\.0\.0\.1:9453\/_\/credentials\/[\w-]{43}$/.test(line),
        ),
      );
      assert.ok(!lines.some((line) => line.includes('SECRET_OF_THE_SERVER')));
    });

    it('hands out the role’s credentials to who knows the token, until it is removed', async () => {
      const job = testJob('echo $AWS_CONTAINER_CREDENTIALS_FULL_URI');
      await finish(job);
      const token = (await logOf(job))[0]?.split('/').at(-1) ?? '';
      assert.equal((await floor.compute.credentials(token))?.accessKeyId, 'ASIATEST');
      assert.equal(await floor.compute.credentials(`${token}x`), undefined);
      await floor.compute.remove(job.name);
      assert.equal(await floor.compute.credentials(token), undefined);
    });

    it('forgets what is removed, and frees its disk', async () => {
      const job = testJob('echo up; sleep 600');
      await floor.compute.start(job);
      await until(
        () => logOf(job),
        (lines) => lines.includes('up'),
      );
      const folder = join(floor.home, 'workloads', job.name);
      assert.ok(existsSync(folder));
      await floor.compute.remove(job.name);
      await untilObserved(floor.compute, job.name, ({ phase }) => phase === 'absent');
      await until(
        () => existsSync(folder),
        (there) => !there,
      );
      await floor.compute.remove(job.name);
    });

    it('tells the owner about every change', async () => {
      const told: string[] = [];
      const end = floor.compute.onChange((owner) => told.push(owner.name));
      const job = testJob('true');
      await finish(job);
      end();
      assert.ok(told.filter((name) => name === job.name).length >= 4);
    });

    it('writes lines as they come, long ones in pieces, and what is no text too', async () => {
      const job = testJob('', {
        entrypoint: [
          '/usr/bin/env',
          'python3',
          '-c',
          'import sys; o = sys.stdout.buffer; o.write(b"10%\\r20%\\r\\n\\n" + b"\\xff\\x00\\n" + b"x" * 300000 + b"\\nlast")',
        ],
      });
      await finish(job);
      const lines = await logOf(job);
      assert.equal(lines[0], '10%\r20%');
      assert.equal(lines[1], '\ufffd\0');
      assert.deepEqual(
        lines.slice(2).map((line) => line.length),
        [262118, 37882, 4],
      );
    });

    it('keeps a server up: healthy, with an address, started again when it dies', async () => {
      const server = testServer();
      await floor.compute.start(server);
      const up = await untilObserved(floor.compute, server.name, ({ phase }) => phase === 'running');
      const address = up.instances[0]?.address;
      assert.equal(await (await fetch(`http://${address}/invocations`)).text(), '/invocations');
      const status = JSON.parse(
        readFileSync(join(floor.home, 'workloads', server.name, 'algo-1', 'status.json'), 'utf8'),
      );
      process.kill(status.pid, 'SIGKILL');
      const again = await untilObserved(
        floor.compute,
        server.name,
        ({ instances }) => instances[0]?.restarts === 1 && !!instances[0].healthy,
      );
      assert.equal(again.instances[0]?.address, address);
      assert.equal(again.phase, 'running');
      await floor.compute.stop(server.name);
      assert.deepEqual((await untilExited(floor.compute, server.name)).outcome, { kind: 'stopped', because: 'asked' });
    });

    it('reaches a server that has no network', async () => {
      const server = testServer({ networkIsolation: true });
      await floor.compute.start(server);
      const up = await untilObserved(
        floor.compute,
        server.name,
        ({ phase }) => phase === 'running' || phase === 'exited',
      );
      assert.equal(await (await fetch(`http://${up.instances[0]?.address}/x`)).text(), '/x');
      await floor.compute.remove(server.name);
    });

    it('fails a server that never becomes healthy', async () => {
      const server = testServer({ entrypoint: ['sleep', '600'], startTimeoutSeconds: 0.5 });
      const { outcome } = await finish(server);
      assert.deepEqual(outcome, {
        kind: 'failed',
        at: 'health',
        message: 'GET /ping on port 8080 did not answer 200 within 0.5 s',
      });
    });

    it('checks image and instance type before anything runs', () => {
      const on = (instanceType: string, instanceCount = 1) => ({ type: 'job' as const, instanceType, instanceCount });
      assert.throws(() => floor.compute.check('shell:1', on('ml.huge')), /Unknown instance type "ml.huge"/);
      assert.throws(() => floor.compute.check('nothing:1', on('ml.m5.large')), {
        code: 'ValidationException',
        message: /^No runtime for image "nothing:1". Repositories that run: .*shell/,
      });
      floor.compute.check('123456789012.dkr.ecr.eu-west-1.amazonaws.com/shell:9', on('ml.m5.large'));
      assert.throws(() => floor.compute.check('shell:1', on('ml.m5.large', 5000)), {
        code: 'ResourceLimitExceeded',
        message:
          /^The account-level service limit 'ml.m5.large for training job usage' is \d+ Instances, .* delta of 5000 /,
      });
    });
  });
}
