import { admitted, type Claim, type Supply, waitingMessage } from './queue.ts';

interface Waiting {
  readonly claim: Claim;
  readonly admit: () => void;
  readonly tell: (message: string) => void;
}

/** Hands out the machine's memory and GPUs; what is handed out never exceeds what is there. */
export class Capacity {
  readonly #supply: Supply;
  readonly #held = new Map<string, Claim & { readonly devices: readonly number[] }>();
  #waiting: Waiting[] = [];

  constructor(supply: Supply) {
    this.#supply = supply;
  }

  /** For a workload that runs already (after a restart): it has what it has. */
  hold(claim: Claim, devices: readonly number[] = []): void {
    this.#held.set(claim.name, { ...claim, devices });
  }

  /**
   * Resolves when it is the claim's turn, with the numbers of the GPUs that it may use. Meanwhile `tell` says why it
   * waits. Rejects with the signal's reason when that fires first.
   */
  async acquire(claim: Claim, tell: (message: string) => void, signal: AbortSignal): Promise<readonly number[]> {
    const already = this.#held.get(claim.name);
    if (already) return already.devices;
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((each) => each.claim !== claim);
        this.#admit();
        reject(signal.reason);
      };
      const admit = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push({ claim, admit, tell });
      this.#admit();
    });
    return this.#held.get(claim.name)?.devices ?? [];
  }

  release(name: string): void {
    if (this.#held.delete(name)) this.#admit();
  }

  #admit(): void {
    const held = [...this.#held.values()];
    const claims = admitted(
      this.#supply,
      held,
      this.#waiting.map((each) => each.claim),
    );
    const [starting, staying] = [
      this.#waiting.filter((each) => claims.includes(each.claim)),
      this.#waiting.filter((each) => !claims.includes(each.claim)),
    ];
    this.#waiting = staying;
    for (const { claim, admit } of starting) {
      this.#held.set(claim.name, { ...claim, devices: this.#freeDevices(claim.gpus) });
      admit();
    }
    for (const { claim, tell } of staying) tell(waitingMessage(this.#supply, [...this.#held.values()], claim));
  }

  #freeDevices(count: number): number[] {
    const taken = new Set([...this.#held.values()].flatMap((claim) => claim.devices));
    const all = Array.from({ length: this.#supply.gpus }, (_, index) => index);
    return all.filter((device) => !taken.has(device)).slice(0, count);
  }
}
