import { open, rm, stat } from 'node:fs/promises';
import { readJson, writeAtomically } from '../files.ts';
import { isAlive, type ProcessRecord, processIdentity, signalProcess } from '../host/process-identity.ts';

const LOOK_AGAIN_MS = 300;

/** A lock names its holder, so that a holder that was killed does not hold it for ever, and the program that builds. */
interface Holder extends ProcessRecord {
  readonly builder?: ProcessRecord;
}

export interface BuildLock {
  /** Says which process builds: it would go on when the holder is killed, and write into what the next one builds. */
  builtBy(pid: number | undefined): Promise<void>;
  release(): Promise<void>;
}

const recordOf = (pid: number): ProcessRecord => ({ pid, identity: processIdentity(pid) ?? '' });

/** Waits until nobody else that lives has the lock, and takes it. `onWait` is called while another one has it. */
export async function takeBuildLock(path: string, signal: AbortSignal, onWait: () => void): Promise<BuildLock> {
  while (!(await tryToTake(path))) {
    onWait();
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    signal.throwIfAborted();
  }
  return {
    async builtBy(pid) {
      if (pid === undefined) return;
      const holder: Holder = { ...recordOf(process.pid), builder: recordOf(pid) };
      await writeAtomically(path, JSON.stringify(holder));
    },
    release: () => rm(path, { force: true }),
  };
}

async function tryToTake(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify(recordOf(process.pid)));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = await readJson<Holder>(path);
  const age = await stat(path).then(
    (file) => Date.now() - file.mtimeMs,
    () => 0,
  );
  // One without a name was made a moment ago, or by a process that died there.
  if (holder ? isAlive(holder) : age <= 10_000) return false;
  if (holder?.builder) signalProcess(holder.builder, 'SIGKILL');
  await rm(path, { force: true });
  return false;
}
