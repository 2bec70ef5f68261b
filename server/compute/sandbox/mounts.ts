import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin } from '../files.ts';
import type { SandboxSpec } from './sandbox.ts';

/** One change to the file tree that the program sees; they apply in order. */
export type Mount =
  | { readonly kind: 'empty'; readonly at: string; readonly mode?: string }
  | { readonly kind: 'bind'; readonly from: string; readonly at: string; readonly readOnly?: boolean }
  | { readonly kind: 'device'; readonly at: string }
  | { readonly kind: 'link'; readonly to: string; readonly at: string };

/**
 * What programs need of /run, where services of the machine otherwise have their sockets: whom such a service lets in,
 * Docker or systemd say, has the machine.
 */
const NEEDED_OF_RUN = [
  '/run/systemd/resolve',
  '/run/resolvconf',
  '/run/NetworkManager',
  '/run/nvidia-persistenced',
  '/run/opengl-driver',
  '/run/current-system',
];
/** What root's programs could read though it is the machine's alone. */
const ROOTS_SECRETS = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/ssh',
  '/etc/ssl/private',
  '/etc/kubernetes',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/kubelet',
];
const isRoot = () => process.getuid?.() === 0;

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts'];

/** The file tree for one instance: the host's, with what is private covered and SageMaker's paths put in place. */
export function mountsFor(spec: SandboxSpec): Mount[] {
  const covers = coversFor(spec);
  const covered = (path: string) => covers.some((cover) => isWithin(cover.at, path));
  const readable = [...spec.readable, ...NEEDED_OF_RUN];
  const kept = outermost(readable.filter((path) => covered(path) && existsSync(path)));
  return [
    ...covers,
    ...kept.map((path): Mount => ({ kind: 'bind', from: path, at: path, readOnly: true })),
    ...devices(),
    { kind: 'empty', at: '/dev/shm', mode: '1777' },
    { kind: 'bind', from: spec.hostsFile, at: '/etc/hosts', readOnly: true },
    ...optMl(),
    { kind: 'bind', from: spec.ml, at: '/opt/ml' },
    ...spec.readOnly.map((path): Mount => {
      const from = join(spec.ml, path.slice('/opt/ml'.length));
      return { kind: 'bind', from, at: path, readOnly: true };
    }),
  ];
}

/** What is laid over private folders, outermost first; a folder below one that is covered needs no cover of its own. */
function coversFor(spec: SandboxSpec): Mount[] {
  const covers: Mount[] = [
    { kind: 'bind', from: spec.temporary, at: realpathSync('/tmp') },
    { kind: 'bind', from: spec.temporary, at: '/var/tmp' },
    { kind: 'bind', from: spec.home, at: '/root' },
  ];
  const isCovered = (path: string) => covers.some((cover) => isWithin(cover.at, path));
  for (const path of [...spec.hidden].sort()) {
    if (!isCovered(path) && existsSync(path)) covers.push({ kind: 'empty', at: path, mode: '755' });
  }
  if (!isCovered('/run')) covers.push({ kind: 'empty', at: '/run', mode: '755' });
  for (const path of isRoot() ? ROOTS_SECRETS.filter((each) => existsSync(each)) : []) {
    if (statSync(path).isDirectory()) covers.push({ kind: 'empty', at: path, mode: '755' });
    else covers.push({ kind: 'bind', from: '/dev/null', at: path });
  }
  return covers.filter((cover) => existsSync(cover.at));
}

const outermost = (paths: readonly string[]): string[] => {
  const unique = [...new Set(paths)].sort();
  return unique.filter((path) => !unique.some((other) => other !== path && isWithin(other, path)));
};

/** Root's own processes could open disks by their device files, namespaces or not; other users cannot anyway. */
function devices(): Mount[] {
  if (!isRoot()) return [];
  const wanted = readdirSync('/dev').filter((name) => DEVICES.includes(name) || /^(nvidia|dri|kfd|neuron)/.test(name));
  const links = { fd: '/proc/self/fd', stdin: '/proc/self/fd/0', stdout: '/proc/self/fd/1', stderr: '/proc/self/fd/2' };
  return [
    { kind: 'empty', at: '/dev', mode: '755' },
    ...wanted.map((name): Mount => ({ kind: 'device', at: `/dev/${name}` })),
    ...Object.entries(links).map(([name, to]): Mount => ({ kind: 'link', to, at: `/dev/${name}` })),
  ];
}

/** Most machines have no /opt/ml, and making one takes root: /opt is rebuilt around it. */
function optMl(): Mount[] {
  if (existsSync('/opt/ml')) return [];
  const entries = readdirSync('/opt', { withFileTypes: true }).filter((entry) => entry.isDirectory() || entry.isFile());
  return [
    { kind: 'empty', at: '/opt', mode: '755' },
    ...entries.map((entry): Mount => {
      const path = join('/opt', entry.name);
      return { kind: 'bind', from: path, at: path, readOnly: true };
    }),
  ];
}

const FILE_SYSTEMS = /^(ext[234]|xfs|btrfs|zfs|f2fs|overlay|nfs4?|cifs|9p|virtiofs|vfat|exfat|fuse\..*|bcachefs)$/;

/** Below these is a view of the sandbox's own. */
const REPLACED = ['/proc', '/dev'];

/**
 * Mounts besides the root that become read-only, with the options that must be kept: disks, and for root, to whom the
 * kernel's own files would be open as well (`/sys`, control groups), everything.
 */
export function mountsToProtect(
  mountInfo = readFileSync('/proc/self/mountinfo', 'utf8'),
  all = isRoot(),
): { at: string; options: string }[] {
  return mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , at, options] = before.split(' ');
    if (!at || !options || at === '/' || REPLACED.some((folder) => isWithin(folder, at))) return [];
    if (!all && !FILE_SYSTEMS.test(after.split(' ')[0] ?? '')) return [];
    const kept = options
      .split(',')
      .filter((each) => ['nosuid', 'nodev', 'noexec', 'noatime', 'relatime'].includes(each));
    return [
      {
        at: at.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
        options: kept.join(','),
      },
    ];
  });
}

/** Parts of /proc by which root sets the machine's kernel, and which a namespace of its own does not take away. */
export const kernelSettings = (): string[] =>
  isRoot()
    ? ['/proc/sys', '/proc/sysrq-trigger', '/proc/irq', '/proc/bus', '/proc/fs'].filter((path) => existsSync(path))
    : [];
