import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { paths } from '../config.ts';
import { accessDenied } from '../errors.ts';
import type { Caller, Identity } from '../identity/identity.ts';
import { silentLogger } from '../logger.ts';
import { openObjectStorage } from '../objects/index.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { openTelemetry } from '../telemetry/index.ts';
import { openCompute } from './index.ts';
import type { Compute, Observation, Workload } from './workload.ts';

/** For tests: a home with the floors below compute, and what tests ask of them. */
export const scope = { accountId: '123456789012', region: 'us-east-1' };
export const roleArn = 'arn:aws:iam::123456789012:role/test';
export const logGroup = '/aws/sagemaker/TrainingJobs';

const caller: Caller = {
  kind: 'assumed-role',
  accountId: scope.accountId,
  arn: `arn:aws:sts::${scope.accountId}:assumed-role/test/SageMaker`,
  userId: 'AROATEST:SageMaker',
  accessKeyId: 'ASIATEST',
  roleArn,
};

/** An identity with one role, which may do anything but what `denied` matches. */
export function testIdentity(denied: (action: string, resource: string) => boolean = () => false): Identity {
  const identity: Pick<Identity, 'authorize' | 'assumeForService'> = {
    authorize(_caller, permissions) {
      const refused = permissions.find(({ action, resource }) => denied(action, resource));
      if (refused) throw accessDenied(`not authorized to perform: ${refused.action} on resource: ${refused.resource}`);
    },
    async assumeForService() {
      const expiration = new Date(Date.now() + 3_600_000);
      return {
        caller,
        credentials: { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token', expiration },
      };
    },
  };
  return identity as Identity;
}

export interface TestFloorOptions {
  readonly home?: string;
  readonly identity?: Identity;
  readonly runtimes?: unknown[];
  /** Never returns from these calls: a moment to be killed in. */
  readonly hang?: readonly (keyof ObjectStore)[];
}

export async function openTestFloor(options: TestFloorOptions = {}) {
  const home = options.home ?? realpathSync(mkdtempSync(join(tmpdir(), 'wildsage-compute-')));
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'runtimes.json'), JSON.stringify(options.runtimes ?? [shellRuntime]));
  const at = paths(home);
  const common = { clock: systemClock, log: silentLogger };
  const objects = await openObjectStorage({ directory: at.objects, ...common });
  const telemetry = await openTelemetry({ path: at.telemetry, ...common });
  const hanging = Object.fromEntries((options.hang ?? []).map((name) => [name, () => new Promise(() => {})]));
  const compute = await openCompute({
    config: { home, cache: join(home, 'cache') },
    identity: options.identity ?? testIdentity(),
    objects: { ...objects, ...hanging },
    telemetry,
    ...common,
    environment: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9453' }),
  });
  const close = async () => {
    await compute.close();
    await telemetry.close();
    await objects.close();
  };
  return {
    home,
    objects,
    telemetry,
    compute,
    close,
    /** Ends all that runs, and takes the home away. */
    async dispose() {
      await compute.clear();
      await close();
      rmSync(home, { recursive: true, force: true });
    },
    lines: async (stream: string) =>
      (await telemetry.tail(scope, logGroup, stream, 1000)).map((event) => event.message),
  };
}

/** Runs whatever command a workload brings. */
const shellRuntime = { name: 'shell', repositories: ['shell'], tags: ['*'], train: ['sh', '-c'], serve: ['sh', '-c'] };

let count = 0;

export function testJob(command: string, options: Partial<Workload> = {}): Workload {
  const name = options.name ?? `job-${process.pid}-${++count}`;
  return {
    name,
    type: 'job',
    owner: { ...scope, kind: 'test/job', name },
    scope,
    roleArn,
    image: 'shell:1',
    entrypoint: ['sh', '-c', command],
    environment: {},
    instanceType: 'ml.m5.large',
    instanceCount: 1,
    stopGraceSeconds: 5,
    logs: {
      group: logGroup,
      streams: Array.from({ length: options.instanceCount ?? 1 }, (_, index) => `${name}/algo-${index + 1}`),
    },
    ...options,
  };
}

/** A server that answers 200 to everything. */
export function testServer(options: Partial<Workload> = {}): Workload {
  const program = `import os, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(self.path.encode())
    def log_message(self, *args): pass
print("serving", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()`;
  return testJob('', {
    type: 'server',
    entrypoint: ['/usr/bin/env', 'python3', '-c', program],
    port: 8080,
    healthPath: '/ping',
    startTimeoutSeconds: 20,
    ...options,
  });
}

const DEADLINE_MS = 20_000;

/** Waits until the workload looks as wanted. */
export function untilObserved(
  compute: Compute,
  name: string,
  wanted: (seen: Observation) => boolean,
): Promise<Observation> {
  return until(
    () => compute.observe(name),
    wanted,
    (seen) => `workload ${name}: ${JSON.stringify(seen)}`,
  );
}

export const untilExited = (compute: Compute, name: string) =>
  untilObserved(compute, name, (seen) => seen.phase === 'exited');

/** Asks until the answer is as wanted, and gives it. */
export async function until<T>(
  ask: () => Promise<T> | T,
  wanted: (answer: T) => boolean,
  describe: (answer: T) => string = (answer) => JSON.stringify(answer),
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Not as wanted in time: ${describe(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
