import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../../config.ts';
import type { Credentials } from '../../identity/identity.ts';
import type { ResourceKey } from '../../resources/resource-store.ts';
import { Capacity } from '../capacity/capacity.ts';
import { thisMachine } from '../capacity/machine.ts';
import { newToken, WorkloadCredentials } from '../credentials.ts';
import { deleteFolder, makePrivateFolder, readJson, readText, syncFolder, writeAtomically } from '../files.ts';
import { findPython } from '../host/python.ts';
import { loadRuntimes } from '../runtimes/table.ts';
import { chooseSandbox } from '../sandbox/choose.ts';
import type { Observation, Workload } from '../workload.ts';
import type { Floor } from './floor.ts';
import { DRAFT, type WorkloadState, workloadFolder } from './folder.ts';
import { Run } from './run.ts';
import { UsageMeter } from './usage-meter.ts';

const ABSENT: Observation = { phase: 'absent', history: [], instances: [] };

/** What the platform gives to the compute floor. */
export type BackendOptions = Pick<
  Floor,
  'config' | 'identity' | 'objects' | 'telemetry' | 'clock' | 'log' | 'environment'
>;

/** Runs workloads as processes of this machine. */
export class ProcessBackend {
  readonly #floor: Floor;
  readonly #runs = new Map<string, Run>();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #credentials: WorkloadCredentials;
  readonly #tokens = new Map<string, string>();
  readonly #listeners = new Set<(owner: ResourceKey) => void>();

  /** Takes up every workload that the folder holds. */
  static async open(options: BackendOptions): Promise<ProcessBackend> {
    const root = paths(options.config.home).workloads;
    const machine = await thisMachine();
    const backend = new ProcessBackend({
      ...options,
      root,
      machine,
      capacity: new Capacity(machine),
      usage: new UsageMeter(options.telemetry, options.log),
      runtimes: loadRuntimes(options.config.home),
      sandbox: once(() => chooseSandbox(root)),
      python: findPython,
      portsInUse: () => new Set([...backend.#runs.values()].flatMap((run) => run.state.ports)),
      changed: (run) => backend.#tell(run.workload.owner),
      forget: (run) => backend.#forget(run),
    });
    await backend.#restore();
    // Found out now, while nobody waits for it.
    void backend.#floor.sandbox().catch(() => {});
    void backend.#floor.python().catch(() => {});
    return backend;
  }

  private constructor(floor: Floor) {
    this.#floor = floor;
    this.#credentials = new WorkloadCredentials(floor.identity, floor.clock);
  }

  get machine() {
    return this.#floor.machine;
  }

  get runtimes() {
    return this.#floor.runtimes;
  }

  async start(workload: Workload): Promise<void> {
    const present = this.#runs.get(workload.name);
    if (present?.state.removeAsked) throw new Error(`Workload ${workload.name} is being removed`);
    if (present) return;
    let starting = this.#starting.get(workload.name);
    if (!starting) {
      starting = this.#create(workload).finally(() => this.#starting.delete(workload.name));
      this.#starting.set(workload.name, starting);
    }
    await starting;
  }

  observe(name: string): Observation {
    return this.#runs.get(name)?.observe() ?? ABSENT;
  }

  async stop(name: string): Promise<void> {
    await this.#runs.get(name)?.stop();
  }

  async remove(name: string): Promise<void> {
    await this.#runs.get(name)?.remove();
  }

  credentials(token: string): Promise<Credentials | undefined> {
    return this.#credentials.find(token);
  }

  onChange(listener: (owner: ResourceKey) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async clear(): Promise<void> {
    const runs = [...this.#runs.values()];
    await Promise.all(runs.map((run) => run.kill()));
    this.#runs.clear();
    this.#credentials.clear();
    this.#tokens.clear();
    for (const run of runs) this.#tell(run.workload.owner);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await Promise.allSettled(this.#starting.values());
    await this.#floor.sandbox().catch(() => {});
    await Promise.all([...this.#runs.values()].map((run) => run.close()));
    await this.#floor.usage.close();
  }

  /** The folder appears whole or not at all: description, state and token together. */
  async #create(workload: Workload): Promise<void> {
    const { root, clock } = this.#floor;
    const createdAt = clock.now().toISOString();
    const state: WorkloadState = {
      createdAt,
      phase: 'queued',
      history: [{ phase: 'queued', at: createdAt }],
      launched: false,
      ports: [],
    };
    const token = newToken();
    const draft = join(root, `${DRAFT}${randomBytes(6).toString('hex')}`);
    try {
      await makePrivateFolder(draft);
      await Promise.all([
        writeAtomically(join(draft, 'workload.json'), JSON.stringify(workload)),
        writeAtomically(join(draft, 'state.json'), JSON.stringify(state)),
        writeAtomically(join(draft, 'token'), token),
      ]);
      const { path, description } = workloadFolder(root, workload.name);
      // What a removal that was cut short has left.
      if (existsSync(path) && !existsSync(description)) await deleteFolder(path);
      await rename(draft, path);
    } catch (error) {
      await deleteFolder(draft);
      throw error;
    }
    await syncFolder(root);
    this.#take(workload, state, token).begin();
    this.#tell(workload.owner);
  }

  #take(workload: Workload, state: WorkloadState, token: string): Run {
    const run = new Run(this.#floor, workload, state);
    this.#runs.set(workload.name, run);
    this.#tokens.set(workload.name, token);
    this.#credentials.add(token, workload);
    return run;
  }

  async #restore(): Promise<void> {
    const { root } = this.#floor;
    await mkdir(root, { recursive: true, mode: 0o700 });
    const restored: Run[] = [];
    for (const name of await readdir(root)) {
      const run = name.startsWith(DRAFT) ? undefined : await this.#read(join(root, name));
      if (run) restored.push(run);
      else await deleteFolder(join(root, name));
    }
    // Those that run have what they hold by now; the others queue in their old order.
    restored.sort((a, b) => a.state.createdAt.localeCompare(b.state.createdAt));
    for (const run of restored) run.begin();
  }

  async #read(path: string): Promise<Run | undefined> {
    const [workload, state, token] = await Promise.all([
      readJson<Workload>(join(path, 'workload.json')),
      readJson<WorkloadState>(join(path, 'state.json')),
      readText(join(path, 'token')),
    ]);
    if (!workload || !state || !token) return undefined;
    return this.#take(workload, state, token);
  }

  #forget({ workload: { name } }: Run): void {
    this.#runs.delete(name);
    this.#credentials.remove(this.#tokens.get(name) ?? '');
    this.#tokens.delete(name);
  }

  #tell(owner: ResourceKey): void {
    for (const listener of this.#listeners) listener(owner);
  }
}

/** Asks once, and again only after a failure. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    answer.catch(() => {
      answer = undefined;
    });
    return answer;
  };
}
