/** One workload instance as a sandbox has to show it. All paths are absolute and real (free of links). */
export interface SandboxSpec {
  /** Becomes /opt/ml. */
  readonly ml: string;
  /** Becomes /tmp and /var/tmp. */
  readonly temporary: string;
  /** Becomes /root, which is the program's home. */
  readonly home: string;
  /** An empty folder that the sandbox may use to put its view of the files together. */
  readonly stage: string;
  /** Becomes /etc/hosts. */
  readonly hostsFile: string;
  readonly hostname: string;
  /** Folders that the program must not see: the platform's home, the user's home. */
  readonly hidden: readonly string[];
  /** Files and folders that it may read although something above them is hidden. */
  readonly readable: readonly string[];
  /** Paths below /opt/ml that it may not write: their files are shared with object storage. */
  readonly readOnly: readonly string[];
  /** Cut off from every network. */
  readonly isolated: boolean;
  /** Names of the program's variables, which come as `CARRIED` + name and get their own names inside. */
  readonly variables: readonly string[];
  /** The program's PATH. What builds the sandbox is looked for on the machine's own. */
  readonly path: string;
  /** With `isolated`: a command that brings up the loopback interface. */
  readonly loopback: readonly string[];
  /** A command that runs beside the program, inside; it gets descriptor 4. */
  readonly beside?: readonly string[];
}

/**
 * Put before the names of the program's variables until the sandbox stands: what builds it runs outside, and must not
 * be told by a workload what to load (`LD_PRELOAD` and its like).
 */
export const CARRIED = 'WILDSAGE_INSIDE_';

/** Whether a shell can set a variable of this name. Bash refuses some, and would end there. */
export const canBeSet = (name: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(_|UID|EUID|PPID|BASHOPTS|SHELLOPTS|BASH_VERSINFO)$/.test(name);

/**
 * What remains of root's powers inside: those over the program's own files and processes. Without the right to
 * mount, what is hidden stays hidden; a namespace made inside cannot undo it either, the kernel sees to that.
 */
export const POWERS = [
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'setuid',
  'setgid',
  'kill',
  'net_bind_service',
  'sys_chroot',
];

export const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where the tools are that build sandboxes: some distributions leave system folders out of users' PATH. */
export const toolPath = () => [process.env.PATH, ...SYSTEM_PATH].filter(Boolean).join(':');

/** A way to keep a program from what is none of its business. */
export interface Sandbox {
  readonly name: 'bwrap' | 'unshare' | 'none';
  /** How many generations below the process that is started the program itself is found. */
  readonly depth: number;
  /** Writes to descriptor 3 once everything is in place, just before the program starts. */
  readonly announces: boolean;
  /** Whether the program sees its files as `/opt/ml`. */
  readonly hasOptMl: boolean;
  /** The command that runs `program` inside. */
  wrap(spec: SandboxSpec, program: readonly string[]): string[];
}
