import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { realPathWithin } from '../files.ts';
import type { InstanceObservation, Workload } from '../workload.ts';
import type { Floor } from './floor.ts';
import type { InstanceFolder } from './folder.ts';
import { HealthCheck } from './health.ts';
import { type InstanceStatus, SupervisedInstance } from './instance.ts';
import { LogFollower } from './log-follower.ts';
import type { InstanceEnd } from './outcome.ts';
import type { Measured } from './usage-meter.ts';

const FAILURE_CHARACTERS = 1024;
const LAST_LINES_BYTES = 1000;
const LONGEST_PAUSE_MS = 10_000;

export interface HostRunOptions {
  readonly floor: Pick<Floor, 'telemetry' | 'usage' | 'log'>;
  readonly workload: Workload;
  readonly folder: InstanceFolder;
  readonly host: string;
  /** Where its log goes; missing: nowhere. */
  readonly stream: string | undefined;
  readonly port: number | undefined;
  /** How it is measured what it uses; missing: not at all. */
  readonly usage: Omit<Measured, 'pid' | 'directory'> | undefined;
  readonly python: string;
  readonly onChange: () => void;
}

/** One instance of a running workload: its supervisor (for a server: one after another), log and health. */
export class HostRun {
  readonly #options: HostRunOptions;
  readonly #follower: LogFollower | undefined;
  #instance: SupervisedInstance;
  #health: HealthCheck | undefined;
  #status: InstanceStatus | undefined;
  #healthy: boolean | undefined;
  #endMeasuring: (() => void) | undefined;
  #replacements = 0;
  #stopping = false;
  #exited = false;
  #closed = false;

  constructor(options: HostRunOptions) {
    this.#options = options;
    const { folder, workload, stream, floor } = options;
    this.#follower = stream ? new LogFollower(folder.log, workload, stream, floor.telemetry, floor.log) : undefined;
    this.#instance = this.#newInstance();
  }

  get running(): boolean {
    return this.#status?.started ?? false;
  }

  get healthy(): boolean {
    return this.#healthy ?? false;
  }

  /** How often its program was started. */
  get runs(): number {
    return (this.#status?.runs ?? 0) + this.#replacements;
  }

  get lastExit(): number | null {
    return this.#status?.lastExit ?? null;
  }

  get #isServer(): boolean {
    return this.#options.workload.type === 'server';
  }

  get #address(): string | undefined {
    return this.#options.port === undefined ? undefined : `127.0.0.1:${this.#options.port}`;
  }

  observe(): InstanceObservation {
    return {
      host: this.#options.host,
      state: this.#exited ? 'exited' : this.running ? 'running' : 'starting',
      ...(this.#isServer && {
        address: this.#address,
        healthy: this.healthy,
        restarts: Math.max(0, this.runs - 1),
      }),
    };
  }

  /** Attaches to the supervisor, or starts it; resolves when the instance has ended and its whole log is stored. */
  async untilEnd(): Promise<InstanceEnd> {
    this.#watchHealth();
    await this.#instance.attach();
    let exit = await this.#instance.exited;
    for (let pause = 500; this.#isReplaceable(exit.reason); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      this.#replacements++;
      this.#loseHealth();
      this.#options.onChange();
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
      if (this.#closed || this.#stopping) break;
      await this.#instance.reset();
      this.#instance = this.#newInstance();
      await this.#instance.attach();
      exit = await this.#instance.exited;
    }
    // Between a server's death and its return there is nobody to end: the stop has succeeded.
    if (this.#isServer && this.#stopping && exit.reason === 'lost') exit = { ...exit, reason: 'asked' };
    this.#exited = true;
    this.#endMeasuring?.();
    this.#health?.close();
    this.#healthy = false;
    await this.#follower?.drain();
    this.#options.onChange();
    return {
      host: this.#options.host,
      exit,
      failureText: await this.#failureText(),
      lastLines: await this.#lastLines(),
    };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#instance.stop();
  }

  async kill(): Promise<void> {
    this.#stopping = true;
    await this.#instance.kill();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endMeasuring?.();
    this.#health?.close();
    this.#instance.close();
    await this.#follower?.close();
  }

  /** A server whose supervisor was killed, with the machine or by hand, comes up again as it does after a crash. */
  #isReplaceable(reason: string): boolean {
    return this.#isServer && !this.#stopping && !this.#closed && (reason === 'lost' || reason === 'machine');
  }

  #newInstance(): SupervisedInstance {
    const { folder, python } = this.#options;
    return new SupervisedInstance(folder, python, {
      output: () => this.#follower?.poke(),
      status: (status) => this.#onStatus(status),
    });
  }

  #onStatus(status: InstanceStatus): void {
    const before = this.#status;
    if (before?.runs === status.runs && before.started === status.started && before.lastExit === status.lastExit)
      return;
    this.#status = status;
    if (!status.started) this.#loseHealth();
    this.#measure(status);
    this.#options.onChange();
  }

  #measure({ started, pid }: InstanceStatus): void {
    const { usage, folder, floor } = this.#options;
    this.#endMeasuring?.();
    const isRunning = started && pid !== undefined && !this.#closed && !this.#exited;
    this.#endMeasuring = isRunning && usage ? floor.usage.watch({ ...usage, pid, directory: folder.ml }) : undefined;
  }

  #watchHealth(): void {
    const { healthPath } = this.#options.workload;
    const address = this.#address;
    if (!healthPath || !address) return;
    this.#health = new HealthCheck(address, healthPath, (healthy) => this.#setHealthy(healthy));
  }

  #loseHealth(): void {
    this.#healthy = false;
    this.#health?.startOver();
  }

  #setHealthy(healthy: boolean): void {
    if (this.#healthy === healthy) return;
    this.#healthy = healthy;
    this.#options.onChange();
  }

  /** What the program says of its failure. It may have put a link there: nothing outside of its folder is read. */
  async #failureText(): Promise<string | undefined> {
    const { folder } = this.#options;
    const path = await realPathWithin(folder.ml, join(folder.ml, 'output/failure')).catch(() => undefined);
    if (!path) return undefined;
    const text = await readPart(path, FAILURE_CHARACTERS * 4).catch(() => undefined);
    return text?.slice(0, FAILURE_CHARACTERS).trim() || undefined;
  }

  async #lastLines(): Promise<string | undefined> {
    const text = await readPart(this.#options.folder.log, -LAST_LINES_BYTES).catch(() => undefined);
    return text
      ?.split('\n')
      .map((line) => line.slice(line.indexOf(' ') + 1))
      .join(' ')
      .trim();
  }
}

/** The first bytes of a file; with a negative number its last ones. Empty for what is no file. */
async function readPart(path: string, bytes: number): Promise<string> {
  const file = await open(path);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return '';
    const length = Math.abs(bytes);
    const from = bytes < 0 ? Math.max(0, stat.size - length) : 0;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
