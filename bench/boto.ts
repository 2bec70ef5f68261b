import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Running, start } from './processes.ts';
import { credentials, REGION } from './wildsage.ts';

export interface BotoCall {
  /** Such as `describe_model`. */
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** boto3 in a Python process that lives as long as this. */
export class Boto {
  readonly #running: Running;
  readonly #lines: AsyncIterator<string>;

  /** `environment` is the folder of a Python environment that has boto3. */
  constructor(environment: string) {
    this.#running = start({
      command: `${environment}/bin/python`,
      args: [fileURLToPath(new URL('clients/boto.py', import.meta.url))],
      env: {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_DEFAULT_REGION: REGION,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      },
    });
    this.#running.process.stderr?.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#running.process.stdout! })[Symbol.asyncIterator]();
  }

  /** The seconds that each call took, one after the other. Throws when one fails. */
  async calls(service: string, endpoint: string, calls: readonly BotoCall[]): Promise<number[]> {
    this.#running.process.stdin?.write(`${JSON.stringify({ service, endpoint, calls })}\n`);
    const { value } = await this.#lines.next();
    const answer = JSON.parse(value ?? '{"error":"the Python process ended"}') as {
      seconds?: number[];
      error?: string;
    };
    if (!answer.seconds) throw new Error(`${calls[0]?.method} at ${endpoint}: ${answer.error}`);
    return answer.seconds;
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }
}
