import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTrainingJobCommand, DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { liveServer } from '../../server/cli/server-record.ts';
import { until } from '../server.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'wildsage');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a server’s life', () => {
  let home: string;
  const started = new Set<ChildProcess>();
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-life-'));
  });
  afterEach(async () => {
    for (const child of started) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    }
    started.clear();
    const left = liveServer(home);
    if (left) process.kill(left.pid, 'SIGKILL');
  });
  after(() => rmSync(home, { recursive: true }));

  const spawnWildsage = (args: readonly string[]) => {
    const env = { ...process.env, WILDSAGE_HOME: home, NO_COLOR: '1' };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    started.add(child);
    return child;
  };

  const wildsage = async (...args: string[]): Promise<Ended> => {
    const child = spawnWildsage(args);
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, 'close');
    return { code, stdout, stderr };
  };

  /** Starts a server in the foreground and waits for its one line. */
  const up = async (...args: string[]) => {
    const child = spawnWildsage(['up', '--port', '0', ...args]);
    child.stderr?.resume();
    const [line] = await once(child.stdout ?? child, 'data');
    const url = /^Wildsage is ready at (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(line))?.[1];
    assert.ok(url, `not the one line: ${line}`);
    return { child, url };
  };

  it('begins with one line, is told by the other commands, and ends with its lock removed', async () => {
    const { child, url } = await up();
    const status = JSON.parse((await wildsage('status', '--json')).stdout);
    assert.deepEqual([status.running, status.url, status.pid], [true, url, child.pid]);
    const variables = JSON.parse((await wildsage('env', '--format', 'json')).stdout);
    assert.equal(variables.AWS_ENDPOINT_URL, url);
    assert.match(readFileSync(variables.AWS_CA_BUNDLE, 'utf8'), /BEGIN CERTIFICATE/);
    assert.equal(statSync(home).mode & 0o777, 0o700);
    const second = await wildsage('up', '--port', '0');
    assert.equal(second.code, 1);
    assert.match(second.stderr, new RegExp(`already running.*${url}.*process ${child.pid}`));
    assert.equal((await wildsage('down')).code, 0);
    assert.equal(child.exitCode ?? (await once(child, 'exit'))[0], 0);
    assert.equal(existsSync(join(home, 'server.json')), false);
  });

  it('is begun anew after kill -9, without a word of the old lock', async () => {
    const first = await up();
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    assert.equal(existsSync(join(home, 'server.json')), true);
    const second = await up();
    second.child.kill('SIGTERM');
    assert.deepEqual(await once(second.child, 'exit'), [0, null]);
  });

  it('in the background outlives the command that started it, which is content to find it running', async () => {
    const first = await wildsage('up', '--detach', '--port', '0');
    assert.match(first.stdout, /^Wildsage is ready at http:\/\/127\.0\.0\.1:\d+\n$/);
    const again = await wildsage('up', '--detach');
    assert.equal(again.stdout, first.stdout);
    assert.match(again.stderr, /already running/);
    assert.equal((await wildsage('down')).code, 0);
  });

  it('says at its end what runs on without it, until that is ended', async () => {
    const shell = { name: 'shell', repositories: ['shell'], tags: ['*'], train: ['sh', '-c'], serve: ['sh', '-c'] };
    writeFileSync(join(home, 'runtimes.json'), JSON.stringify([shell]));
    await up();
    const { AWS_ENDPOINT_URL: endpoint, ...env } = JSON.parse((await wildsage('env', '--format', 'json')).stdout);
    const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
    const sagemaker = new SageMakerClient({ endpoint, region: env.AWS_REGION, credentials });
    await new S3Client({ endpoint, region: env.AWS_REGION, credentials }).send(
      new CreateBucketCommand({ Bucket: 'life' }),
    );
    await sagemaker.send(
      new CreateTrainingJobCommand({
        TrainingJobName: 'long',
        RoleArn: env.WILDSAGE_ROLE_ARN,
        AlgorithmSpecification: {
          TrainingImage: 'shell:1',
          TrainingInputMode: 'File',
          ContainerEntrypoint: ['sleep', '600'],
        },
        OutputDataConfig: { S3OutputPath: 's3://life/out' },
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 600 },
      }),
    );
    await until('the job runs', async () => {
      const { SecondaryStatus } = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'long' }));
      return SecondaryStatus === 'Training';
    });
    assert.match((await wildsage('down')).stderr, /^Wildsage has stopped\.\nStill running: job long\.\n.*reset/s);
    assert.match((await wildsage('down')).stderr, /not running.*Still running: job long/s);
    assert.equal((await wildsage('reset', '--yes')).code, 0);
    assert.doesNotMatch((await wildsage('down')).stderr, /Still running/);
  });

  it('does not begin on a port that is taken, and says by whom', async () => {
    const { child, url } = await up();
    const other = mkdtempSync(join(tmpdir(), 'wildsage-other-'));
    for (const how of [[], ['--detach']]) {
      const { code, stdout, stderr } = await wildsage('up', '--home', other, '--port', new URL(url).port, ...how);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, new RegExp(`taken by another Wildsage \\(process ${child.pid}\\)`));
    }
    rmSync(other, { recursive: true });
  });

  it('without a memory leaves nothing behind, and can be emptied while it runs', async () => {
    const { child, url } = await up('--ephemeral');
    const { home: temporary } = JSON.parse((await wildsage('status', '--json')).stdout);
    assert.notEqual(temporary, home);
    assert.equal(existsSync(temporary), true);
    assert.equal((await fetch(`${url}/_/reset`, { method: 'POST' })).status, 200);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(existsSync(temporary), false);
  });

  it('without a memory that is killed is cleaned up by the next one', async () => {
    const first = await up('--ephemeral');
    const { home: temporary } = JSON.parse((await wildsage('status', '--json')).stdout);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    assert.equal(existsSync(temporary), true);
    const second = await up('--ephemeral');
    assert.equal(existsSync(temporary), false);
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
  });

  it('can be one command long, which gets the variables and keeps its exit code', async () => {
    const { code, stdout } = await wildsage(
      'run',
      '--ephemeral',
      '--',
      'sh',
      '-c',
      'echo "$AWS_ENDPOINT_URL $HTTPS_PROXY"; exit 7',
    );
    assert.equal(code, 7);
    const [endpoint = '', proxy = ''] = stdout.trim().split(' ');
    assert.match(endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(proxy, endpoint);
    await assert.rejects(fetch(`${endpoint}/_/health`));
  });

  it('one command long that is killed is cleaned up by the next one', async () => {
    const child = spawnWildsage(['run', '--ephemeral', '--', 'sh', '-c', 'echo "$WILDSAGE_HOME $$"; exec sleep 600']);
    const [line] = await once(child.stdout ?? child, 'data');
    const [temporary = '', command] = String(line).trim().split(' ');
    try {
      const status = await wildsage('status', '--json', '--home', temporary);
      assert.equal(JSON.parse(status.stdout).running, true);
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.equal(existsSync(temporary), true);
      assert.equal((await wildsage('run', '--ephemeral', '--', 'true')).code, 0);
      assert.equal(existsSync(temporary), false);
    } finally {
      process.kill(Number(command), 'SIGKILL');
    }
  });

  it('without a memory says how to speak to it where the home has a server of its own', async () => {
    await up();
    const child = spawnWildsage(['up', '--port', '0', '--ephemeral']);
    let said = '';
    for await (const chunk of child.stderr ?? []) {
      said += chunk;
      if (said.includes('--home')) child.kill('SIGTERM');
    }
    assert.match(said, /go on speaking to the server of .*give them: --home .*wildsage-ephemeral-/);
  });

  it('passes signals on to the command that runs in it', async () => {
    const child = spawnWildsage([
      'run',
      '--ephemeral',
      '--',
      'sh',
      '-c',
      'trap "exit 9" TERM; echo on; while :; do sleep 0.05; done',
    ]);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [9, null]);
  });

  it('ends in an empty home that keeps its account', async () => {
    const { child } = await up();
    const account = async () => JSON.parse((await wildsage('env', '--format', 'json')).stdout).AWS_ACCESS_KEY_ID;
    const before = await account();
    const { code, stderr } = await wildsage('reset', '--yes');
    assert.equal(code, 0, stderr);
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(existsSync(join(home, 'resources.sqlite')), false);
    await up();
    assert.equal(await account(), before);
  });
});
