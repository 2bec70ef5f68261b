import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Closing, outcomeOfError, StopAsked, WorkloadFailure } from '../failure.ts';
import { deleteFolder } from '../files.ts';
import { type Access, openAccess } from '../transfers/access.ts';
import type { CheckpointSync } from '../transfers/continuous.ts';
import { storeOutputs, syncCheckpoints } from '../transfers/outputs.ts';
import type { InstanceObservation, Observation, Outcome, Workload } from '../workload.ts';
import { hostsOf, type Instance, instancesOf } from './cluster.ts';
import type { Floor } from './floor.ts';
import { DRAFT, type WorkloadFolder, type WorkloadState, workloadFolder } from './folder.ts';
import { HostRun, type HostRunOptions } from './host-run.ts';
import { outcomeOf } from './outcome.ts';
import { claimOf, prepare, reservationOf } from './prepare.ts';
import { StateFile } from './state-file.ts';

const DEFAULT_START_TIMEOUT_SECONDS = 600;
/** A server that dies this often before it ever answered will not answer at all. */
const HOPELESS_RUNS = 4;

/**
 * One workload's life, from its description on disk to its outcome. Every step may be interrupted and done again, up
 * to the moment that is marked `launched`; from then on the supervisors' files tell how far it is.
 */
export class Run {
  readonly workload: Workload;
  readonly folder: WorkloadFolder;
  readonly #floor: Floor;
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  readonly #file: StateFile;
  #observation: Observation | undefined;
  #hosts: readonly HostRun[] = [];
  #life: Promise<void> = Promise.resolve();

  constructor(floor: Floor, workload: Workload, state: WorkloadState) {
    this.#floor = floor;
    this.workload = workload;
    this.folder = workloadFolder(floor.root, workload.name);
    this.#file = new StateFile(this.folder.state, state, floor);
    if (state.stopAsked) this.#stopping.abort(new StopAsked());
    if (state.launched && !state.programOutcome && !state.outcome) {
      floor.capacity.hold(claimOf(floor, workload), state.devices);
    }
  }

  get state(): WorkloadState {
    return this.#file.state;
  }

  get #state(): WorkloadState {
    return this.#file.state;
  }

  /** Kept until something changes: asking costs nothing. */
  observe(): Observation {
    this.#observation ??= {
      phase: this.#state.phase,
      message: this.#state.message,
      history: this.#state.history,
      instances: this.#observeInstances(),
      outcome: this.#state.outcome,
    };
    return this.#observation;
  }

  /** Goes on from where the state says. */
  begin(): void {
    this.#life = this.#live().catch((error) => {
      if (!(error instanceof Closing))
        this.#floor.log.error('A workload was given up', { workload: this.workload.name, error });
    });
  }

  async stop(): Promise<void> {
    if (this.#state.stopAsked || this.#state.phase === 'exited') return;
    await this.#set({ stopAsked: true });
    this.#stopping.abort(new StopAsked());
    await Promise.all(this.#hosts.map((host) => host.stop()));
  }

  /** Stops, and takes its folder away when it has ended. */
  async remove(): Promise<void> {
    if (!this.#state.removeAsked) await this.#set({ removeAsked: true, stopAsked: true });
    this.#stopping.abort(new StopAsked());
    await Promise.all(this.#hosts.map((host) => host.stop()));
    if (this.#state.phase === 'exited') await this.#delete();
  }

  /** Ends it at once, without outputs, and takes its folder away. */
  async kill(): Promise<void> {
    await this.close();
    await Promise.all(this.#hosts.map((host) => host.kill()));
    this.#floor.capacity.release(this.workload.name);
    await this.#delete();
  }

  /** Lets go of it; what runs goes on. Resolves when nothing of this process works on it any more. */
  async close(): Promise<void> {
    this.#closing.abort(new Closing());
    await this.#life;
    await Promise.all(this.#hosts.map((host) => host.close()));
    await this.#file.close();
  }

  async #live(): Promise<void> {
    if (this.#state.phase !== 'exited') {
      const outcome = await this.#untilOutcome();
      await this.#set({ outcome, phase: 'exited' });
    }
    if (this.#state.removeAsked) await this.#delete();
  }

  async #untilOutcome(): Promise<Outcome> {
    try {
      const outcome = this.#state.programOutcome ?? (await this.#untilProgramEnds());
      return await this.#store(outcome);
    } catch (error) {
      if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
      if (!(error instanceof WorkloadFailure || error instanceof StopAsked)) {
        this.#floor.log.warn('A workload failed', { workload: this.workload.name, error });
      }
      return outcomeOfError(error);
    }
  }

  async #untilProgramEnds(): Promise<Outcome> {
    try {
      if (!this.#state.launched) await this.#prepare();
      const outcome = await this.#supervise();
      await this.#set({ programOutcome: outcome });
      return outcome;
    } finally {
      if (!this.#closing.signal.aborted) this.#floor.capacity.release(this.workload.name);
    }
  }

  async #prepare(): Promise<void> {
    const prepared = await prepare({
      floor: this.#floor,
      workload: this.workload,
      folder: this.folder,
      enter: (phase) => this.#enter(phase),
      say: (message) => this.#say(message),
      signal: AbortSignal.any([this.#stopping.signal, this.#closing.signal]),
    });
    await this.#set({ phase: 'starting', launched: true, ...prepared });
  }

  async #supervise(): Promise<Outcome> {
    const python = await this.#floor.python();
    this.#hosts = instancesOf(this.workload).map(
      (instance, index) =>
        new HostRun({
          floor: this.#floor,
          workload: this.workload,
          folder: this.folder.instance(instance.host),
          host: instance.host,
          stream: this.workload.logs.streams[index],
          port: this.#state.ports[index],
          usage: this.#usageOf(instance, index),
          python: python.executable,
          onChange: () => this.#onHostChange(),
        }),
    );
    this.#onHostChange();
    const checkpoints = syncCheckpoints(this.workload, this.folder, await this.#access());
    const deadline = this.#watchStart();
    try {
      return await this.#untilHostsEnd(checkpoints);
    } finally {
      clearTimeout(deadline);
      await checkpoints.close();
      await Promise.all(this.#hosts.map((host) => host.close()));
    }
  }

  async #untilHostsEnd(checkpoints: CheckpointSync): Promise<Outcome> {
    const stopOthers = () => Promise.all(this.#hosts.map((host) => host.stop()));
    const ended = this.#hosts.map(async (host) => {
      const end = await host.untilEnd();
      if (end.exit.reason !== 'ended' || end.exit.code !== 0) await stopOthers();
      return end;
    });
    if (this.#state.stopAsked || this.#state.verdict) await stopOthers();
    const ends = await this.#unlessClosing(Promise.all(ended));
    await checkpoints.finish();
    return this.#state.verdict ?? outcomeOf(ends);
  }

  #unlessClosing<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      work.then(resolve, reject);
    });
  }

  #onHostChange(): void {
    const isUp = this.workload.type === 'server' && this.workload.healthPath ? 'healthy' : 'running';
    if (this.#state.phase === 'starting' && this.#hosts.every((host) => host[isUp])) this.#enter('running');
    const hopeless = this.#hosts.find((host) => host.runs >= HOPELESS_RUNS && !host.running);
    if (this.#state.phase === 'starting' && hopeless && this.workload.type === 'server') {
      void this.#giveUp(
        `the program ended ${HOPELESS_RUNS} times while it started, last with exit code ${hopeless.lastExit}`,
      );
    }
    this.#tell();
  }

  /** A server that does not become healthy in time has failed. */
  #watchStart(): NodeJS.Timeout | undefined {
    if (this.workload.type !== 'server' || this.#state.phase !== 'starting') return undefined;
    const since = this.#state.history.findLast((entry) => entry.phase === 'starting')?.at ?? this.#state.createdAt;
    const seconds = this.workload.startTimeoutSeconds ?? DEFAULT_START_TIMEOUT_SECONDS;
    const left = Date.parse(since) + seconds * 1000 - this.#floor.clock.now().getTime();
    const { healthPath, port } = this.workload;
    return setTimeout(
      () => {
        if (this.#state.phase !== 'starting') return;
        void this.#giveUp(
          `GET ${healthPath} on port ${port ?? this.#state.ports[0]} did not answer 200 within ${seconds} s`,
        );
      },
      Math.max(0, left),
    ).unref();
  }

  /** The verdict is on disk before anything is stopped: after a crash in between, it is not taken for a mere stop. */
  async #giveUp(message: string): Promise<void> {
    if (this.#state.verdict || this.#state.stopAsked) return;
    await this.#set({ verdict: { kind: 'failed', at: 'health', message } });
    await Promise.all(this.#hosts.map((host) => host.stop()));
  }

  /** Stores what the program leaves behind; what cannot be stored turns a success into a failure. */
  async #store(outcome: Outcome): Promise<Outcome> {
    if (this.workload.type === 'server' || this.#state.removeAsked || !this.workload.outputs?.length) return outcome;
    this.#enter('uploading');
    const folders = hostsOf(this.workload).map((host) => this.folder.instance(host));
    try {
      await storeOutputs(this.workload, folders, outcome, { ...(await this.#access()), signal: this.#closing.signal });
      return outcome;
    } catch (error) {
      if (this.#closing.signal.aborted || outcome.kind !== 'succeeded') {
        this.#floor.log.warn('Outputs of a workload could not be stored', { workload: this.workload.name, error });
        if (this.#closing.signal.aborted) throw error;
        return outcome;
      }
      throw error;
    }
  }

  /** What is to be measured of an instance, and published under which dimensions. */
  #usageOf(instance: Instance, index: number): HostRunOptions['usage'] {
    const { usage, scope } = this.workload;
    const dimensions = usage?.dimensions[index];
    if (!usage || !dimensions) return undefined;
    const { memoryBytes } = reservationOf(this.#floor, this.workload, instance);
    return { scope, namespace: usage.namespace, dimensions, memoryBytes };
  }

  #access(): Promise<Access> {
    return openAccess(this.workload, this.#floor);
  }

  #observeInstances(): InstanceObservation[] {
    return this.#hosts.map((host) => host.observe());
  }

  /** Not waited for: a phase before the launch that is lost in a crash is gone through again. */
  #enter(phase: WorkloadState['phase']): void {
    void this.#set({ phase });
  }

  #say(message: string): void {
    if (this.#state.message === message) return;
    this.#file.say(message);
    this.#tell();
  }

  /** Resolves once the change is on disk. */
  #set(change: Partial<WorkloadState>): Promise<void> {
    const saved = this.#file.set(change);
    // That it ended is told when it cannot be forgotten any more; of everything else people may know at once.
    if (change.phase === 'exited') return saved.then(() => this.#tell());
    this.#tell();
    return saved;
  }

  #tell(): void {
    this.#observation = undefined;
    this.#floor.changed(this);
  }

  /** Out of the way first and at once: another workload of this name may come while the disk is being freed. */
  async #delete(): Promise<void> {
    const trash = join(this.#floor.root, `${DRAFT}${randomBytes(6).toString('hex')}`);
    const isThere = await rename(this.folder.path, trash).then(
      () => true,
      () => false,
    );
    this.#floor.forget(this);
    this.#floor.changed(this);
    if (isThere) await deleteFolder(trash);
  }
}
