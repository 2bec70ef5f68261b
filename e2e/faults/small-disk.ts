import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A disk in memory of a few megabytes, in a mount namespace of its own: no root is needed, and it goes with its user. */
export interface SmallDisk {
  /** Put before a command, has it see the disk at its place. */
  readonly within: readonly string[];
  /** Where this process sees it. */
  readonly path: string;
  /** Takes all room but so many bytes. */
  fill(leaveBytes: number): void;
  /** Gives back what `fill` took. */
  makeRoom(): void;
  /** In bytes. */
  room(): number;
  close(): Promise<void>;
}

const unshare = (script: string) => ['--user', '--map-root-user', '--mount', 'sh', '-c', script];

/** Whether this machine lets its users mount at all. */
export const canMount = (): boolean =>
  process.platform === 'linux' &&
  spawnSync('unshare', unshare('mount -t tmpfs tmpfs /mnt && nsenter --version'), { stdio: 'ignore' }).status === 0;

/** Mounts a disk over an existing folder. */
export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  const mount = `mount -t tmpfs -o size=${megabytes}m,mode=700 tmpfs '${folder}' && echo mounted && exec sleep 3600`;
  const holder = spawn('unshare', unshare(mount), { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([once(holder.stdout, 'data'), failure(holder)]);
  const path = `/proc/${holder.pid}/root${folder}`;
  const ballast = join(path, 'ballast');
  return {
    within: ['nsenter', '--target', String(holder.pid), '--user', '--mount', '--preserve-credentials'],
    path,
    fill(leaveBytes) {
      const file = openSync(ballast, 'a');
      try {
        for (let left = room(path) - leaveBytes; left > 0; left = room(path) - leaveBytes) {
          writeSync(file, Buffer.alloc(Math.min(left, 1 << 20)));
        }
      } finally {
        closeSync(file);
      }
    },
    room: () => room(path),
    makeRoom: () => rmSync(ballast, { force: true }),
    async close() {
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
    },
  };
}

function room(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

async function failure(holder: ChildProcess): Promise<never> {
  const [code] = await once(holder, 'exit');
  throw new Error(`A disk could not be mounted: exit code ${code}`);
}
