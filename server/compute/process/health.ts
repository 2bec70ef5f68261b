import { Agent, get } from 'node:http';

/** Quick while a server starts, so that it is used as soon as it can be; then as often as SageMaker asks. */
const FIRST_PAUSE_MS = 20;
const STARTING_PAUSE_MS = 250;
const HEALTHY_PAUSE_MS = 5000;
/** SageMaker's own limit for an answer. */
const TIMEOUT_MS = 2000;

/** Asks one server again and again whether it is well. */
export class HealthCheck {
  readonly #url: string;
  readonly #onChange: (healthy: boolean) => void;
  // A connection kept open would tie up one of the server's few workers.
  readonly #agent = new Agent({ keepAlive: false });
  #healthy: boolean | undefined;
  #pause = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #closed = false;

  constructor(address: string, path: string, onChange: (healthy: boolean) => void) {
    this.#url = `http://${address}${path}`;
    this.#onChange = onChange;
    void this.#ask();
  }

  /** The server was started again: it is asked quickly until it answers. */
  startOver(): void {
    if (this.#closed) return;
    this.#healthy = undefined;
    this.#pause = FIRST_PAUSE_MS;
    clearTimeout(this.#timer);
    // A question that is on its way asks the next one itself.
    if (!this.#asking) void this.#ask();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#agent.destroy();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    const healthy = await this.#isHealthy();
    this.#asking = false;
    if (this.#closed) return;
    if (healthy !== (this.#healthy ?? false)) {
      this.#healthy = healthy;
      this.#onChange(healthy);
    }
    this.#pause = healthy ? HEALTHY_PAUSE_MS : Math.min(this.#pause * 1.5, STARTING_PAUSE_MS);
    this.#timer = setTimeout(() => void this.#ask(), this.#pause).unref();
  }

  #isHealthy(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = get(this.#url, { agent: this.#agent, timeout: TIMEOUT_MS }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(false));
      request.on('close', () => resolve(false));
    });
  }
}
