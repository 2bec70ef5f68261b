import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../bin/wildsage', import.meta.url));
const run = promisify(execFile);

/** A real server in a process of its own, started as a user would start it. */
export interface Wildsage {
  readonly url: string;
  readonly process: ChildProcess;
  /** What `wildsage env` gives: endpoint, keys, region, role. */
  readonly environment: Readonly<Record<string, string>>;
  /** For the AWS SDK's clients. */
  readonly connection: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  stop(): Promise<void>;
  /** `kill -9` of the control plane; workloads run on. */
  kill(): Promise<void>;
}

export interface ServerOptions {
  /** Missing: the server is ephemeral. */
  readonly home?: string;
  /** 0 lets the system choose one. */
  readonly port?: number;
  /** Variables besides this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that runs the command which follows it, such as `nsenter`. */
  readonly within?: readonly string[];
}

export async function startWildsage(options: ServerOptions = {}): Promise<Wildsage> {
  const { home, port = 0, environment: further, within = [] } = options;
  const place = home ? ['--home', home] : ['--ephemeral', '--account-id', fixed.accountId];
  const [command = program, ...args] = [...within, program, 'up', ...place, '--port', String(port)];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(!home && fixed.keys), ...further },
  });
  let errors = '';
  child.stderr!.on('data', (chunk) => {
    errors = (errors + chunk).slice(-20_000);
  });
  const url = await readiness(child, () => errors);
  const environment = home ? await environmentOf(home, within) : fixedEnvironment(url);
  const connection = {
    endpoint: url,
    region: environment.AWS_REGION!,
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID!, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY! },
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return { url, process: child, environment, connection, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function readiness(child: ChildProcess, errors: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk) => {
      output += chunk;
      const url = /^Wildsage is ready at (\S+)$/m.exec(output)?.[1];
      if (url) resolve(url);
    });
    child.once('exit', (code, signal) => reject(new Error(`wildsage up ended with ${code ?? signal}\n${errors()}`)));
  });
}

async function environmentOf(home: string, within: readonly string[]): Promise<Record<string, string>> {
  const [command = program, ...args] = [...within, program, 'env', '--format', 'json', '--home', home];
  const { stdout } = await run(command, args);
  return JSON.parse(stdout);
}

/** As a CI would do it, so that nothing has to be asked for. */
const fixed = {
  accountId: '111122223333',
  keys: {
    WILDSAGE_ACCESS_KEY_ID: 'AKIATESTTESTTESTTEST',
    WILDSAGE_SECRET_ACCESS_KEY: 'only-for-tests-0123456789-0123456789-abc',
  },
};

const fixedEnvironment = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: fixed.keys.WILDSAGE_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: fixed.keys.WILDSAGE_SECRET_ACCESS_KEY,
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  WILDSAGE_ROLE_ARN: `arn:aws:iam::${fixed.accountId}:role/SageMakerRole`,
});

/** Asks until `check` gives something, and fails with what it saw last. */
export async function until<T>(what: string, check: () => Promise<T | undefined | false>, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await check();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not happen within ${seconds} s`, { cause: last });
}
