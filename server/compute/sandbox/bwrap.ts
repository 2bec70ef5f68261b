import { kernelSettings, type Mount, mountsFor } from './mounts.ts';
import { POWERS, type Sandbox } from './sandbox.ts';
import { insideScript } from './unshare.ts';

/** Bubblewrap. Where a distribution lets only chosen programs make namespaces, this is one of them. */
export const bwrapSandbox = (command: string): Sandbox => ({
  name: 'bwrap',
  depth: 3,
  announces: true,
  hasOptMl: true,
  wrap: (spec, program) => [
    command,
    '--die-with-parent',
    '--unshare-user',
    '--uid',
    '0',
    '--gid',
    '0',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    // Dropped by themselves only for those who are not root.
    '--cap-drop',
    'ALL',
    ...POWERS.flatMap((power) => ['--cap-add', `cap_${power}`]),
    '--hostname',
    spec.hostname,
    ...(spec.isolated ? ['--unshare-net'] : []),
    '--ro-bind',
    '/',
    '/',
    '--dev-bind',
    '/dev',
    '/dev',
    '--proc',
    '/proc',
    // It does so by itself only for some of them.
    ...kernelSettings().flatMap((path) => ['--ro-bind', path, path]),
    ...mountsFor(spec).flatMap(mountArguments),
    '--chdir',
    '/opt/ml',
    'sh',
    '-c',
    insideScript(spec),
    'sandbox',
    ...program,
  ],
});

function mountArguments(mount: Mount): string[] {
  switch (mount.kind) {
    case 'empty':
      return ['--perms', `0${mount.mode ?? '700'}`, '--tmpfs', mount.at];
    case 'link':
      return ['--symlink', mount.to, mount.at];
    case 'device':
      return ['--dev-bind', mount.at, mount.at];
    case 'bind':
      return [mount.readOnly ? '--ro-bind' : '--bind', mount.from, mount.at];
  }
}
