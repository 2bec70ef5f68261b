import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allProcesses } from '../processes.ts';
import { type Clients, clientsOf } from '../script-mode.ts';
import { type ServerOptions, startWildsage, type Wildsage } from '../server.ts';

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

  async end(): Promise<void> {
    await this.#server?.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Command lines of the processes that work for this home's workload of that name, or for all. */
  workloadProcesses(name = ''): string[] {
    return allProcesses()
      .map(({ command }) => command)
      .filter((command) => command.includes(join(this.home, 'workloads')) && command.includes(name));
  }
}
