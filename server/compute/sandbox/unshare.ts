import { join } from 'node:path';
import { kernelSettings, type Mount, mountsFor, mountsToProtect } from './mounts.ts';
import { CARRIED, POWERS, type Sandbox, type SandboxSpec } from './sandbox.ts';

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const bounding = ['-all', ...POWERS.map((power) => `+${power}`)].join(',');

/** Namespaces from util-linux: no root needed, nothing to install on most distributions. */
export const unshareSandbox: Sandbox = {
  name: 'unshare',
  depth: 2,
  announces: true,
  hasOptMl: true,
  wrap: (spec, program) => [
    // Ends with its supervisor, whatever becomes of that; `--kill-child` passes the end on to everything inside.
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--uts',
    '--ipc',
    ...(spec.isolated ? ['--net'] : []),
    'sh',
    '-c',
    script(spec),
    'sandbox',
    ...program,
  ],
};

/** Puts the new tree together on the stage, makes it the root, and runs its arguments there. */
function script(spec: SandboxSpec): string {
  const stage = quote(spec.stage);
  return [
    'set -e',
    `mount --rbind / ${stage}`,
    `mount -o remount,bind,ro ${stage}`,
    ...mountsToProtect().map(({ at, options }) => {
      const target = quote(join(spec.stage, at));
      return `mount -o remount,bind,ro${options && `,${options}`} ${target} 2>/dev/null || :`;
    }),
    `mount -t proc proc ${quote(join(spec.stage, 'proc'))}`,
    ...kernelSettings().map((path) => {
      const at = quote(join(spec.stage, path));
      return `mount --bind ${at} ${at} && mount -o remount,bind,ro ${at}`;
    }),
    ...mountsFor(spec).flatMap((mount) => mountCommands(spec.stage, mount)),
    `hostname ${quote(spec.hostname)} 2>/dev/null || :`,
    `cd ${stage}`,
    'pivot_root . .',
    'umount -l .',
    'cd /opt/ml',
    ...(spec.isolated ? [`${spec.loopback.map(quote).join(' ')} 3>&- 4>&-`] : []),
    // The first process inside stays a shell: it collects orphans, and a program that is not the first one itself
    // gets its signals as anywhere else.
    `exec setpriv --no-new-privs --bounding-set=${bounding} sh -c ${quote(insideScript(spec))} sandbox "$@"`,
  ].join('\n');
}

export const insideScript = (spec: SandboxSpec) =>
  [
    ...(spec.beside ? [`${spec.beside.map(quote).join(' ')} 3>&- &`, 'exec 4>&-'] : []),
    ...spec.variables.map((name) => `export ${name}="$${CARRIED}${name}"; unset ${CARRIED}${name}`),
    `export PATH=${quote(spec.path)}`,
    'echo ready >&3',
    // The shell itself keeps quiet: it would tell of the program's end in the program's log.
    'exec 3>&- 5>&2 2>/dev/null',
    '(exec "$@" 2>&5 5>&-)',
    // Quoted: the program's variables may hold an IFS.
    'exit "$?"',
  ].join('\n');

function mountCommands(stage: string, mount: Mount): string[] {
  const at = quote(join(stage, mount.at));
  switch (mount.kind) {
    case 'empty':
      return [`[ -d ${at} ] || mkdir ${at}`, `mount -t tmpfs -o mode=${mount.mode ?? '700'} tmpfs ${at}`];
    case 'link':
      return [`ln -s ${mount.to} ${at}`];
    case 'device': {
      const from = quote(mount.at);
      return [`if [ -d ${from} ]; then mkdir -p ${at}; else : > ${at}; fi`, `mount --rbind ${from} ${at}`];
    }
    case 'bind': {
      const from = quote(mount.from);
      // Below a cover the place to mount on is not there yet; elsewhere it is, and cannot be made.
      const place = `[ -e ${at} ] || if [ -d ${from} ]; then mkdir -p ${at}; else mkdir -p "$(dirname ${at})"; : > ${at}; fi`;
      return [place, `mount --rbind ${mount.readOnly ? '-o ro ' : ''}${from} ${at}`];
    }
  }
}
