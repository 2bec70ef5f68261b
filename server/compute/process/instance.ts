import { type ChildProcess, spawn } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readJson } from '../files.ts';
import { isAlive, type ProcessRecord, signalProcess } from '../host/process-identity.ts';
import type { InstanceFolder } from './folder.ts';

const SUPERVISOR = join(import.meta.dirname, 'supervisor.py');
const ALREADY_SUPERVISED = 75;
/** Only a net below the events: it finds what a lost event or an adopted supervisor's death leaves behind. */
const LOOK_EVERY_MS = 1000;

/** As `supervisor.py` writes it; `lost` is ours: it ended without a word. */
export interface InstanceExit {
  readonly reason: 'ended' | 'asked' | 'max-runtime' | 'memory' | 'machine' | 'sandbox' | 'lost';
  readonly code: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** With `memory`: what it held, and what was reserved for it. */
  readonly usedBytes?: number;
  readonly memoryBytes?: number;
}

export interface InstanceStatus extends Partial<ProcessRecord> {
  readonly runs: number;
  /** The program itself runs (its sandbox stands). */
  readonly started: boolean;
  readonly lastExit: number | null;
}

export interface InstanceEvents {
  /** The status file changed. */
  status(status: InstanceStatus): void;
  /** The log file may have grown. */
  output(): void;
}

/**
 * One supervised instance as the control plane sees it. It may be taken up at any moment of its life: what it is doing
 * follows from the files in its folder alone.
 */
export class SupervisedInstance {
  readonly folder: InstanceFolder;
  /** Resolves when it has ended for good; never rejects. */
  readonly exited: Promise<InstanceExit>;
  readonly #python: string;
  readonly #events: InstanceEvents;
  #resolve: (exit: InstanceExit) => void = () => {};
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #child: ChildProcess | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #closed = false;

  constructor(folder: InstanceFolder, python: string, events: InstanceEvents) {
    this.folder = folder;
    this.#python = python;
    this.#events = events;
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Takes up the supervisor that is there, or starts one. Two never run the same program: they agree by a lock. */
  async attach(): Promise<void> {
    this.#follow();
    const [exit, supervisor] = await Promise.all([
      readJson<InstanceExit>(this.folder.exit),
      readJson<ProcessRecord>(this.folder.supervisor),
    ]);
    if (!exit && !supervisor && !this.#closed) this.#launch();
    this.#look();
  }

  /** Forgets how the last supervisor ended, so that `attach` starts another (servers only: jobs run once). */
  async reset(): Promise<void> {
    await Promise.all(
      [this.folder.exit, this.folder.supervisor, this.folder.status].map((path) => rm(path, { force: true })),
    );
  }

  /** Has the program ended: SIGTERM, and SIGKILL after the grace time. */
  async stop(): Promise<void> {
    await writeFile(this.folder.stop, '');
    const supervisor = await readJson<ProcessRecord>(this.folder.supervisor);
    if (supervisor) signalProcess(supervisor, 'SIGUSR1');
  }

  /** Ends everything at once, supervisor included. */
  async kill(): Promise<void> {
    const [supervisor, program] = await Promise.all([
      readJson<ProcessRecord>(this.folder.supervisor),
      readJson<InstanceStatus>(this.folder.status),
    ]);
    if (supervisor) signalProcess(supervisor, 'SIGKILL');
    this.#child?.kill('SIGKILL');
    endProgram(program);
  }

  /** Looks no more; the instance goes on. */
  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    clearInterval(this.#timer);
  }

  #launch(): void {
    const child = spawn(this.#python, ['-I', '-S', SUPERVISOR, this.folder.path], {
      detached: true,
      stdio: 'ignore',
      env: { PATH: process.env.PATH },
    });
    child.unref();
    this.#child = child;
    child.once('exit', () => this.#look());
    child.once('error', () => {
      this.#child = undefined;
      this.#end({ reason: 'lost', code: null, at: Date.now() });
    });
  }

  #follow(): void {
    try {
      this.#watcher = watch(this.folder.path, { persistent: false }, (_event, name) => {
        if (name === basename(this.folder.log)) this.#events.output();
        else if (name === basename(this.folder.exit) || name === basename(this.folder.status)) this.#look();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // Out of watches: the timer alone does it, if later.
    }
    this.#timer = setInterval(() => {
      this.#events.output();
      this.#look();
    }, LOOK_EVERY_MS).unref();
  }

  #look(): void {
    if (this.#closed) return;
    this.#lookAgain = true;
    this.#looking ??= this.#readFiles()
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined;
        if (this.#lookAgain) this.#look();
      });
  }

  async #readFiles(): Promise<void> {
    this.#lookAgain = false;
    const supervisor = await readJson<ProcessRecord>(this.folder.supervisor);
    const gone = supervisor ? !isAlive(supervisor) : this.#child ? hasEnded(this.#child) : false;
    // Read after that: a supervisor writes its last word before it goes.
    const [status, exit] = await Promise.all([
      readJson<InstanceStatus>(this.folder.status),
      readJson<InstanceExit>(this.folder.exit),
    ]);
    if (status && !this.#closed) this.#events.status(status);
    if (exit) return this.#end(exit);
    if (!gone) return;
    // Another supervisor held the lock but had not said so yet. Should it have died there, the next one is the first.
    if (!supervisor && this.#child?.exitCode === ALREADY_SUPERVISED) return this.#launch();
    endProgram(status);
    this.#end({ reason: 'lost', code: null, at: Date.now() });
  }

  #end(exit: InstanceExit): void {
    this.close();
    this.#resolve(exit);
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** What a killed supervisor left running, where no sandbox has ended it. */
function endProgram(status: InstanceStatus | undefined): void {
  if (status?.pid && status.identity)
    signalProcess({ pid: status.pid, identity: status.identity }, 'SIGKILL', { group: true });
}
