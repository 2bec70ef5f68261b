import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Running, startServer } from './processes.ts';

const program = fileURLToPath(new URL('../bin/wildsage', import.meta.url));

export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/SageMakerRole`;
export const credentials = {
  accessKeyId: 'AKIABENCHBENCHBENCH0',
  secretAccessKey: 'only-for-measuring-0123456789-0123456789',
};

/** A server as users start it, in a process of its own. */
export interface Wildsage extends Running {
  readonly url: string;
  /** Where its state is. */
  readonly home: string;
  /** For the AWS SDK's clients. */
  readonly connection: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: typeof credentials;
  };
  readonly environment: { readonly WILDSAGE_ROLE_ARN: string };
  /** User and system time since its start. */
  cpuSeconds(): Promise<number>;
  residentBytes(): Promise<number>;
}

interface WildsageOptions {
  readonly cpu?: number;
  /** Keeps its state in `home`; else in a temporary folder, and whatever it runs ends with it. */
  readonly keep?: boolean;
}

/** `BENCH_SERVER_NODE_OPTIONS`, such as `--cpu-prof`, is for looking into a figure. */
export async function startWildsage(home: string, { cpu, keep = false }: WildsageOptions = {}): Promise<Wildsage> {
  const env = {
    WILDSAGE_ACCESS_KEY_ID: credentials.accessKeyId,
    WILDSAGE_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    NODE_OPTIONS: process.env.BENCH_SERVER_NODE_OPTIONS ?? '',
  };
  const args = [program, 'up', '--home', home, '--port', '0', '--account-id', ACCOUNT, '--region', REGION];
  if (!keep) args.push('--ephemeral');
  const { match, ...running } = await startServer(
    { command: process.execPath, args, env, cpu },
    /^Wildsage is ready at (\S+)$/m,
  );
  const url = match[1]!;
  const metric = async (name: string) => {
    const text = await (await fetch(`${url}/_/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  return {
    ...running,
    url,
    home: keep ? home : (JSON.parse(readFileSync(`${home}/ephemeral.json`, 'utf8')) as { home: string }).home,
    environment: { WILDSAGE_ROLE_ARN: ROLE },
    connection: { endpoint: url, region: REGION, credentials },
    cpuSeconds: () => metric('process_cpu_seconds_total'),
    residentBytes: () => metric('process_resident_memory_bytes'),
  };
}
