import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { CreateTrainingJobCommand, DeleteEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { allProcesses, descendantsOf, type RunningProcess } from '../processes.ts';
import {
  BUCKET,
  type Clients,
  clientsOf,
  createScriptEndpoint,
  endpointIs,
  jobEnds,
  logOf,
  put,
  startScript,
} from '../script-mode.ts';
import { startWildsage, until, type Wildsage } from '../server.ts';
import { writeOwnRuntime } from './own-runtime.ts';

const WAITS = `
import time
print("the program begins", flush=True)
time.sleep(300)
`;

const INFERENCE = `
import os
def model_fn(folder): return None
def transform_fn(model, body, content_type, accept): return str(os.getpid()), "text/plain"
`;

const program = join(import.meta.dirname, '..', '..', 'bin', 'wildsage');

describe('what breaks around the platform', () => {
  let folder: string;
  let home: string;
  let server: Wildsage;
  let clients: Clients;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wildsage-broken-'));
    home = join(folder, 'home');
    server = await startWildsage({ home });
    clients = clientsOf(server);
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const supervisorOf = (name: string): RunningProcess | undefined =>
    allProcesses().find(
      ({ command }) =>
        command.includes('supervisor.py') && command.includes(join(home, 'workloads')) && command.includes(name),
    );

  const programBegins = (name: string) =>
    until(`${name} begins`, async () => (await logOf(clients, name)).includes('the program begins'));

  const assertAllGone = (family: readonly RunningProcess[]) =>
    until('no process is left', async () => {
      const alive = new Set(allProcesses().map(({ pid, command }) => `${pid} ${command}`));
      return family.every(({ pid, command }) => !alive.has(`${pid} ${command}`));
    });

  it('a training program that is killed fails its job, which says so', async () => {
    await startScript(server, clients, 'killed-program', WAITS);
    await programBegins('killed-program');
    const supervisor = supervisorOf('killed-program')!;
    const family = descendantsOf(supervisor.pid);
    const victim = family.findLast(({ command }) => /python\S* \S*train\.py/.test(command));
    assert.ok(victim, JSON.stringify(family, null, 1));
    process.kill(victim.pid, 'SIGKILL');
    const job = await jobEnds(clients, 'killed-program');
    assert.equal(job.TrainingJobStatus, 'Failed');
    // The training toolkit's words, with the one cause of this that users meet.
    assert.match(job.FailureReason!, /^AlgorithmError: .*SIGKILL \(signal 9\).*train\.py.*exit code: 137$/s);
    await assertAllGone([supervisor, ...family]);
  });

  it('a supervisor that is killed takes its program with it, and the job says so', async () => {
    await startScript(server, clients, 'killed-supervisor', WAITS);
    await programBegins('killed-supervisor');
    const supervisor = supervisorOf('killed-supervisor')!;
    const family = descendantsOf(supervisor.pid);
    process.kill(supervisor.pid, 'SIGKILL');
    const job = await jobEnds(clients, 'killed-supervisor');
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason!, /^InternalServerError: .* its processes were killed from outside/);
    await assertAllGone(family);
  });

  it('a model server that is killed comes back; requests meanwhile are refused in SageMaker’s words', async () => {
    const name = 'killed-server';
    await createScriptEndpoint(server, clients, name, INFERENCE);
    await endpointIs(clients, name, 'InService');
    const runtime = new SageMakerRuntimeClient({ ...server.connection, maxAttempts: 1 });
    const invoke = async () => {
      const answer = await runtime.send(
        new InvokeEndpointCommand({ EndpointName: name, Body: 'x', ContentType: 'text/plain' }),
      );
      return answer.Body.transformToString();
    };
    await invoke();
    const supervisor = supervisorOf(name)!;
    // The outermost first: the sandbox ends with it, and all that is inside.
    process.kill(descendantsOf(supervisor.pid)[0]!.pid, 'SIGKILL');
    const refusals = new Set<string>();
    await until('an answer again', () =>
      invoke().catch((error) => {
        refusals.add(`${error.$metadata.httpStatusCode} ${error.name}`);
        return false;
      }),
    );
    assert.ok(refusals.size > 0);
    for (const refusal of refusals) assert.match(refusal, /^(503 ServiceUnavailable|424 ModelError)$/);
    await endpointIs(clients, name, 'InService');
    assert.equal(supervisorOf(name)?.pid, supervisor.pid);
    const family = descendantsOf(supervisor.pid);
    await clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
    await assertAllGone([supervisor, ...family]);
    runtime.destroy();
  });

  it('a runtime’s environment that is deleted or damaged is built anew for the next job', async () => {
    const [ownHome, cache] = [join(folder, 'own-home'), join(folder, 'cache')];
    mkdirSync(ownHome, { mode: 0o700 });
    writeOwnRuntime(ownHome);
    const commonCache = process.env.WILDSAGE_CACHE ?? join(homedir(), '.cache', 'wildsage');
    const uv = join(commonCache, 'uv', 'bin', 'uv');
    const environment = { WILDSAGE_CACHE: cache, ...(existsSync(uv) && { WILDSAGE_UV: uv }) };
    const own = await startWildsage({ home: ownHome, environment });
    try {
      const ownClients = clientsOf(own);
      const run = async (name: string) => {
        await put(ownClients, 'some', 'data');
        await ownClients.sagemaker.send(
          new CreateTrainingJobCommand({
            TrainingJobName: name,
            AlgorithmSpecification: { TrainingImage: 'own-runtime:1', TrainingInputMode: 'File' },
            RoleArn: own.environment.WILDSAGE_ROLE_ARN,
            OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/output` },
            ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
            StoppingCondition: { MaxRuntimeInSeconds: 600 },
          }),
        );
        const job = await jobEnds(ownClients, name);
        assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
        assert.deepEqual(await logOf(ownClients, name), ['six 1.17.0']);
      };
      await run('first');
      const runtimes = join(cache, 'runtimes');
      rmSync(runtimes, { recursive: true });
      await run('after-deletion');
      const [built = ''] = readdirSync(runtimes);
      rmSync(join(runtimes, built, 'bin'), { recursive: true });
      await run('after-damage');
    } finally {
      await own.stop();
    }
  });

  it('a port that another program has is told with that program, and with what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const up = spawn(program, ['up', '--home', join(folder, 'no-port'), '--port', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code]] = await Promise.all([text(up.stderr), once(up, 'exit')]);
    assert.equal(code, 1);
    assert.match(said, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken by process ${process.pid} `));
    assert.match(said, /wildsage up --port \d+/);
    other.close();
  });
});
