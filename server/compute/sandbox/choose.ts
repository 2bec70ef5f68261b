import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bwrapSandbox } from './bwrap.ts';
import { noSandbox } from './none.ts';
import { type Sandbox, type SandboxSpec, SYSTEM_PATH, toolPath } from './sandbox.ts';
import { unshareSandbox } from './unshare.ts';

const succeeds = (command: readonly string[]) =>
  new Promise<boolean>((resolve) => {
    const [file = 'false', ...rest] = command;
    execFile(file, rest, { timeout: 10_000, env: { ...process.env, PATH: toolPath() } }, (error) => resolve(!error));
  });

/** Whether a sandbox works on this machine, found out by running a program in it that needs SageMaker's paths. */
export async function works(sandbox: Sandbox, scratch = tmpdir()): Promise<boolean> {
  const folder = realpathSync(mkdtempSync(join(scratch, '.draft-sandbox-')));
  try {
    const spec = trialSpec(folder);
    const trial = sandbox.wrap(spec, [
      'sh',
      '-c',
      'touch /opt/ml/ok /tmp/ok && [ "$(id -u)" = 0 ] && [ -r /proc/self/stat ]',
    ]);
    // Descriptor 3 is where the start is announced.
    return await succeeds(['sh', '-c', 'exec "$@" 3>/dev/null', 'trial', ...trial]);
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function trialSpec(folder: string): SandboxSpec {
  const part = (name: string) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const hostsFile = join(folder, 'hosts');
  writeFileSync(hostsFile, '127.0.0.1 localhost\n');
  return {
    ml: part('ml'),
    temporary: part('tmp'),
    home: part('home'),
    stage: part('stage'),
    hostsFile,
    hostname: 'algo-1',
    hidden: [],
    readable: [],
    readOnly: [],
    isolated: false,
    variables: [],
    path: SYSTEM_PATH.join(':'),
    loopback: [],
  };
}

/**
 * The strongest sandbox that works here, or the one that `WILDSAGE_SANDBOX` names. The trials take place in a folder
 * whose owner clears what a killed process leaves there.
 */
export async function chooseSandbox(scratch?: string, wanted = process.env.WILDSAGE_SANDBOX): Promise<Sandbox> {
  const hasSetpriv = process.platform === 'linux' && (await succeeds(['setpriv', '--pdeathsig', 'KILL', 'true']));
  const none = noSandbox({ setpriv: hasSetpriv });
  if (process.platform !== 'linux' || wanted === 'none') return none;
  const candidates = [bwrapSandbox('bwrap'), unshareSandbox].filter((each) => !wanted || each.name === wanted);
  for (const sandbox of candidates) if (await works(sandbox, scratch)) return sandbox;
  if (wanted) throw new Error(`WILDSAGE_SANDBOX asks for "${wanted}", which does not work on this machine`);
  return none;
}
