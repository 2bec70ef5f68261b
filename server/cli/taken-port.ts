import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { health } from './find-server.ts';

const run = promisify(execFile);
const LISTENING = '0A';

/** Inodes of the sockets that listen on a port, from the kernel's tables. */
function listeningInodes(port: number): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').split('\n').slice(1);
    } catch {
      return [];
    }
  });
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(
    fields.filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === LISTENING).map((row) => row[9] ?? ''),
  );
}

const namesOf = (folder: string) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const holds = (pid: string, inodes: Set<string>) =>
  namesOf(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      return inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? '-');
    } catch {
      return false;
    }
  });

async function holderOf(port: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const inodes = listeningInodes(port);
    const pid = namesOf('/proc').find((name) => /^\d+$/.test(name) && holds(name, inodes));
    return pid && `process ${pid} (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`;
  }
  try {
    const { stdout } = await run('lsof', ['-nP', '-Fpc', `-iTCP:${port}`, '-sTCP:LISTEN']);
    const [, pid, name] = /^p(\d+)\nc(.*)$/m.exec(stdout) ?? [];
    return pid && `process ${pid} (${name})`;
  } catch {
    return undefined;
  }
}

/** Says who has a port that the server wanted, as far as this user may know, and what to do. */
export async function portTaken(host: string, port: number): Promise<string> {
  const [holder, other] = await Promise.all([holderOf(port), health(`http://${host}:${port}`, 1000)]);
  const by = other ? `another Wildsage (process ${other.pid})` : (holder ?? 'another program');
  const free = port < 65_535 ? port + 1 : port - 1;
  return `Port ${port} on ${host} is taken by ${by}. Stop that, or choose another port: wildsage up --port ${free}`;
}
