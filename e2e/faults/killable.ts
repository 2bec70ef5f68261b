import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { allProcesses } from '../processes.ts';
import { type Clients, clientsOf } from '../script-mode.ts';
import { type ServerOptions, startWildsage, type Wildsage } from '../server.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'wildsage');
const run = promisify(execFile);

/** A server with a home of its own, whose control plane is killed and started again in the same place. */
export class Killable {
  readonly home: string;
  readonly #environment: ServerOptions['environment'];
  #server: Wildsage | undefined;
  #clients: Clients | undefined;

  constructor(environment: ServerOptions['environment'] = {}) {
    this.home = mkdtempSync(join(tmpdir(), 'wildsage-kill-'));
    this.#environment = environment;
  }

  get server(): Wildsage {
    return this.#server!;
  }

  get clients(): Clients {
    return this.#clients!;
  }

  async start(port = 0): Promise<void> {
    this.#server = await startWildsage({ home: this.home, port, environment: this.#environment });
    this.#clients = clientsOf(this.#server);
  }

  async killAndRestart(): Promise<void> {
    const port = Number(new URL(this.server.url).port);
    await this.server.kill();
    await this.start(port);
  }

  /** Workloads end as well, also those that a failed test has left. */
  async end(): Promise<void> {
    await this.#server?.stop();
    await run(program, ['reset', '--yes', '--home', this.home]);
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Command lines of the processes that work for this home's workload of that name, or for all. */
  workloadProcesses(name = ''): string[] {
    return allProcesses()
      .map(({ command }) => command)
      .filter((command) => command.includes(join(this.home, 'workloads')) && command.includes(name));
  }
}
