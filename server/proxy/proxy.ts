import type { IncomingMessage, Server } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Logger } from '../logger.ts';
import { type Authority, openAuthority } from './authority.ts';
import { isAwsHost } from './aws-hosts.ts';
import { proxyEnvironment } from './environment.ts';
import { writeTrustBundle } from './trust-bundle.ts';
import { join as joinConnections, openConnection, parseTarget, type Target } from './tunnel.ts';

const HANDSHAKE_TIMEOUT_MS = 15_000;
const MOST_TUNNELS = 2000;

/** What becomes of hosts that are not AWS's: passed through as they are, or refused. */
export type ProxyPolicy = 'pass' | 'refuse';

export interface TransparentProxy {
  /**
   * A listener for the `connect` event of `server`: what clients send to AWS hosts comes back to `server` as requests
   * on a new connection.
   */
  handleConnect(server: Server): (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** A file with the public authorities and ours, for clients to trust. */
  readonly certificateFile: string;
  /** Our authority's certificate alone, for trust stores that add to the public ones. */
  readonly authorityFile: string;
  /** Variables that switch the transparent mode on, for a platform that answers at `url`. */
  environment(url: string): Record<string, string>;
  /** Ends all connections: a server that is closed waits for them. */
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** Where the local certificate authority is kept. */
  readonly directory: string;
  readonly policy: ProxyPolicy;
  readonly log: Logger;
  /** A proxy that other hosts are reached through. */
  readonly upstream?: URL;
}

const answer = (socket: Duplex, status: string, message: string) => {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`);
};

/** Ends TLS on `socket` as the named host and gives the plain requests inside to `server`. */
function answerAs(host: string, socket: Duplex, head: Buffer, authority: Authority, server: Server): void {
  if (head.length > 0) socket.unshift(head);
  const secured = new TLSSocket(socket as TLSSocket, {
    isServer: true,
    secureContext: authority.contextFor(host),
    // A client that names another AWS host than it asked to be connected to is answered as that one.
    SNICallback: (name, done) => done(null, authority.contextFor(isAwsHost(name) ? name.toLowerCase() : host)),
    ALPNProtocols: ['http/1.1'],
  });
  const timer = setTimeout(() => secured.destroy(), HANDSHAKE_TIMEOUT_MS);
  const failed = () => secured.destroy();
  secured.once('close', () => clearTimeout(timer)).on('error', failed);
  secured.once('secure', () => {
    clearTimeout(timer);
    secured.off('error', failed);
    server.emit('connection', secured);
  });
}

/** Opens the transparent proxy: it answers AWS's own host names, so that clients need no endpoint setting. */
export async function openProxy({ directory, policy, log, upstream }: ProxyOptions): Promise<TransparentProxy> {
  const authority = openAuthority(directory);
  const certificateFile = join(directory, 'bundle.pem');
  writeTrustBundle(certificateFile, authority.certificate);
  const open = new Set<Duplex>();

  const pass = async (target: Target, socket: Duplex, head: Buffer) => {
    try {
      const remote = await openConnection(target, upstream);
      if (socket.destroyed) return void remote.destroy();
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      joinConnections(socket, remote, head);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      answer(socket, '502 Bad Gateway', `${target.host}:${target.port} cannot be reached: ${reason}\n`);
    }
  };

  const handle = (server: Server, request: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
    const target = parseTarget(request.url);
    if (!target) return answer(socket, '400 Bad Request', 'CONNECT needs HOST:PORT.\n');
    if (isAwsHost(target.host)) {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      return answerAs(target.host, socket, head, authority, server);
    }
    if (policy === 'refuse') {
      log.info('Connection to another host refused', { host: target.host });
      return answer(
        socket,
        '403 Forbidden',
        `${target.host} is not an AWS host; only WILDSAGE_PROXY=pass lets others through here.\n`,
      );
    }
    if (open.size > MOST_TUNNELS) return answer(socket, '503 Service Unavailable', 'Too many open connections.\n');
    return void pass(target, socket, head);
  };

  return {
    certificateFile,
    authorityFile: authority.certificateFile,
    handleConnect: (server) => (request, socket, head) => handle(server, request, socket, head),
    environment: (url) => proxyEnvironment(url, certificateFile, process.env),
    async close() {
      for (const socket of open) socket.destroy();
    },
  };
}
