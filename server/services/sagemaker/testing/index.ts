import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Compute, Observation, Phase, Workload } from '../../../compute/workload.ts';
import { type Controller, settled } from '../../../controllers/controller.ts';
import { validationError } from '../../../errors.ts';
import { openIdentity } from '../../../identity/index.ts';
import { silentLogger } from '../../../logger.ts';
import { openObjectStorage } from '../../../objects/index.ts';
import type { RequestContext } from '../../../operations.ts';
import type { Feature, Platform } from '../../../platform.ts';
import { openResourceStore } from '../../../resources/index.ts';
import type { ResourceKey } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { openTelemetry } from '../../../telemetry/index.ts';

export const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';

/** Compute that runs nothing: tests say what it shows. */
export interface FakeCompute extends Compute {
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly stopped: ReadonlySet<string>;
  /** Moves a workload on; phases that it leaves out are not in its history. */
  move(name: string, phase: Phase, rest?: Partial<Observation>): void;
  /** Runs before a start is answered: what happens meanwhile. */
  onStart?: () => Promise<void>;
  /** Runs `change` without telling listeners of it. */
  quietly(change: () => void): void;
  /** As after a loss of its disk. */
  lose(name: string): void;
}

export interface TestPlatform {
  readonly platform: Platform;
  readonly compute: FakeCompute;
  readonly scope: Scope;
  readonly roleArn: string;
  /** Moves the clock. */
  pass(seconds: number): void;
  /** The operation's answer, as the gateway would get it. */
  call<Output = unknown>(operation: string, input: object): Promise<Output>;
  contextOf(operation: string): RequestContext;
  /** Runs the kind's controller on the resource until it waits or is settled. */
  reconcile(kind: string, name: string): Promise<void>;
  close(): Promise<void>;
}

/** Real floors in memory and in a temporary folder, but for compute. */
export async function openTestPlatform(featuresOf: (platform: Platform) => Feature[]): Promise<TestPlatform> {
  const home = await mkdtemp(join(tmpdir(), 'wildsage-sagemaker-'));
  let now = Date.parse('2025-01-01T00:00:00Z');
  const clock = { now: () => new Date(now) };
  const log = silentLogger;
  const config = { home, host: '', port: 0, region: 'us-east-1', ephemeral: true, cache: home };
  const resources = await openResourceStore({ path: ':memory:' }, { clock, log });
  const identity = await openIdentity({ config, resources, clock, log });
  const objects = await openObjectStorage({ directory: join(home, 'objects'), clock, log });
  const telemetry = await openTelemetry({ path: join(home, 'telemetry.sqlite'), clock, log });
  const compute = fakeCompute(clock);
  const platform: Platform = { config, clock, log, resources, identity, objects, telemetry, compute };
  const scope = { accountId: identity.rootAccount.accountId, region: 'us-east-1' };
  const features = featuresOf(platform);
  const contextOf = (operation: string) => contextFor(scope, operation, clock.now());

  return {
    platform,
    compute,
    scope,
    roleArn: `arn:aws:iam::${scope.accountId}:role/SageMakerRole`,
    pass: (seconds) => {
      now += seconds * 1000;
    },
    contextOf,
    async call<Output>(operation: string, input: object) {
      const found = features.find((feature) => operation in feature.operations)!.operations[operation]!;
      return (await found.handle(input, contextOf(operation))) as Output;
    },
    async reconcile(kind, name) {
      const controllers = features.flatMap((feature): readonly Controller[] => feature.controllers ?? []);
      const controller = controllers.find((candidate) => candidate.kind.name === kind)!;
      await untilItWaits(controller, { ...scope, kind, name });
    },
    async close() {
      await telemetry.close();
      await objects.close();
      await resources.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function untilItWaits(controller: Controller, key: ResourceKey): Promise<void> {
  for (let step = 0; step < 20; step++) {
    const next = await controller.reconcile(key);
    if (next === settled || !('againAfterSeconds' in next) || next.againAfterSeconds > 0) return;
  }
  throw new Error('the controller does not come to rest');
}

const contextFor = (scope: Scope, operation: string, now: Date): RequestContext => ({
  ...scope,
  requestId: 'request',
  service: 'sagemaker',
  operation,
  caller: { kind: 'root', accountId: scope.accountId, arn: '', userId: '', accessKeyId: '' },
  now,
  signal: new AbortController().signal,
  headers: {},
  origin: 'http://127.0.0.1',
  http: undefined as never,
  responseHeaders: {},
});

const ABSENT: Observation = { phase: 'absent', history: [], instances: [] };

function fakeCompute(clock: { now(): Date }): FakeCompute {
  const workloads = new Map<string, Workload>();
  const shown = new Map<string, Observation>();
  const stopped = new Set<string>();
  const listeners = new Set<(owner: ResourceKey) => void>();
  const move: FakeCompute['move'] = (name, phase, rest = {}) => {
    const before = shown.get(name) ?? ABSENT;
    const history = [...before.history, { phase, at: clock.now().toISOString(), message: rest.message }];
    shown.set(name, { ...before, phase, history, ...rest });
    const owner = workloads.get(name)?.owner;
    if (owner) for (const listener of listeners) listener(owner);
  };
  const forget = (name: string) => {
    workloads.delete(name);
    shown.delete(name);
  };
  const compute: FakeCompute = {
    workloads,
    stopped,
    move,
    lose: forget,
    quietly(change) {
      const told = [...listeners];
      listeners.clear();
      change();
      for (const listener of told) listeners.add(listener);
    },
    async start(workload) {
      if (workloads.has(workload.name)) return;
      workloads.set(workload.name, workload);
      move(workload.name, 'preparing');
      await compute.onStart?.();
    },
    observe: async (name) => shown.get(name) ?? ABSENT,
    async stop(name) {
      stopped.add(name);
    },
    async remove(name) {
      forget(name);
    },
    check(image) {
      if (image.startsWith('unknown')) throw validationError(`No runtime for the image ${image}.`);
    },
    resolve: (image) => `${image.replace(/:[^:/]*$/, '')}@sha256:0`,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    credentials: async () => undefined,
    clear: async () => {},
    close: async () => {},
  };
  return compute;
}
