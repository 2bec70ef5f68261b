import { type FileHandle, open } from 'node:fs/promises';
import type { Logger } from '../../logger.ts';
import type { LogEvent, Telemetry } from '../../telemetry/telemetry.ts';
import type { Workload } from '../workload.ts';

const CHUNK = 256 * 1024;
const RETRY_MS = 1000;

/**
 * Carries one instance's log file into its log stream. The position up to which lines were taken is kept by telemetry
 * together with the lines, so that a crash between two batches neither doubles nor drops any.
 */
export class LogFollower {
  readonly #path: string;
  readonly #workload: Workload;
  readonly #stream: string;
  readonly #telemetry: Telemetry;
  readonly #log: Logger;
  #position: number | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(path: string, workload: Workload, stream: string, telemetry: Telemetry, log: Logger) {
    this.#path = path;
    this.#workload = workload;
    this.#stream = stream;
    this.#telemetry = telemetry;
    this.#log = log;
  }

  /** There may be new lines: takes them soon. */
  poke(): void {
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again && !this.#closed) this.poke();
    });
  }

  /** Resolves once everything that is in the file now has been taken. */
  async drain(): Promise<void> {
    this.poke();
    while (this.#running) await this.#running;
  }

  /** Takes no more. What is left is taken up by the next follower. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        while (this.#again && !this.#closed) {
          this.#again = false;
          await this.#takeNewLines();
        }
        return;
      } catch (error) {
        this.#log.warn('Log lines could not be stored', { workload: this.#workload.name, error });
        this.#again = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #takeNewLines(): Promise<void> {
    const { scope, logs } = this.#workload;
    this.#position ??= await this.#telemetry.cursor(scope, logs.group, this.#stream);
    const file = await open(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!file) return;
    try {
      while (!this.#closed && (await this.#takeBatch(file)));
    } finally {
      await file.close();
    }
  }

  /** Takes the whole lines of one chunk. False at the end of the file. */
  async #takeBatch(file: FileHandle): Promise<boolean> {
    const position = this.#position ?? 0;
    // A line and its time stamp always fit into two chunks.
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK * 2), 0, CHUNK * 2, position);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
    if (end === 0) return false;
    const { scope, logs } = this.#workload;
    await this.#telemetry.ingest(scope, logs.group, this.#stream, parseLines(buffer.subarray(0, end)), {
      cursor: position + end,
      metrics: logs.metrics,
    });
    this.#position = position + end;
    return bytesRead === CHUNK * 2;
  }
}

/** Lines as the supervisor writes them. Bytes that are no UTF-8 become U+FFFD; CloudWatch takes no empty events. */
export function parseLines(bytes: Buffer): LogEvent[] {
  const events: LogEvent[] = [];
  for (const line of bytes.toString('utf8').split('\n')) {
    const space = line.indexOf(' ');
    const timestamp = Number(line.slice(0, space));
    const message = line.slice(space + 1);
    if (space > 0 && message && Number.isSafeInteger(timestamp)) events.push({ timestamp, message });
  }
  return events;
}
