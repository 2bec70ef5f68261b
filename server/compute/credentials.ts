import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Credentials, Identity } from '../identity/identity.ts';
import { ownerArn, type Workload } from './workload.ts';

const DURATION_SECONDS = 3600;
/** SDKs ask for new credentials a quarter of an hour before the old ones end; they must not get the old ones again. */
const RENEW_BEFORE_MS = 20 * 60 * 1000;

export const newToken = () => randomBytes(32).toString('base64url');

/** Where the SDKs inside a workload find their credentials; undefined when the platform has no address. */
export function credentialsUri(platform: Readonly<Record<string, string>>, token: string): string | undefined {
  const origin = platform.AWS_ENDPOINT_URL;
  return origin ? `${origin.replace(/\/+$/, '')}/_/credentials/${token}` : undefined;
}

/** Hands out each workload's credentials to whoever knows its token: the workload alone. */
export class WorkloadCredentials {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #workloads = new Map<string, Workload>();
  readonly #current = new Map<string, Promise<Credentials>>();

  constructor(identity: Identity, clock: Clock) {
    this.#identity = identity;
    this.#clock = clock;
  }

  add(token: string, workload: Workload): void {
    this.#workloads.set(token, workload);
  }

  remove(token: string): void {
    this.#workloads.delete(token);
    this.#current.delete(token);
  }

  clear(): void {
    this.#workloads.clear();
    this.#current.clear();
  }

  /** Undefined for a token that no workload has, or whose workload has no role. */
  async find(token: string): Promise<Credentials | undefined> {
    const workload = this.#workloads.get(token);
    if (!workload?.roleArn) return undefined;
    const current = await this.#current.get(token);
    if (current?.expiration && current.expiration.getTime() - this.#clock.now().getTime() > RENEW_BEFORE_MS)
      return current;
    const renewed = this.#identity
      .assumeForService(workload.roleArn, 'sagemaker.amazonaws.com', 'SageMaker', {
        durationSeconds: DURATION_SECONDS,
        sourceArn: ownerArn(workload),
      })
      .then(({ credentials }) => credentials);
    this.#current.set(token, renewed);
    renewed.catch(() => this.#current.delete(token));
    return renewed;
  }
}
