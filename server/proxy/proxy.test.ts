import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { silentLogger } from '../logger.ts';
import { openAuthority } from './authority.ts';
import { openProxy, type ProxyOptions, type TransparentProxy } from './proxy.ts';

const portOf = (server: NetServer | Server) => (server.address() as AddressInfo).port;

const listen = async <T extends NetServer | Server>(server: T): Promise<T> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** A stand-in for the gateway: it tells what it was asked. */
const gateway = () =>
  createServer((request, response) => {
    const encrypted = 'encrypted' in request.socket;
    response.end(JSON.stringify({ host: request.headers.host, path: request.url, encrypted }));
  });

describe('the transparent proxy', () => {
  let folder: string;
  let server: Server;
  let proxy: TransparentProxy;
  let ca: string;
  const opened: { server: Server; proxy: TransparentProxy }[] = [];

  const start = async (options: Partial<ProxyOptions> = {}) => {
    const made = await openProxy({
      directory: join(folder, 'authority'),
      policy: 'pass',
      log: silentLogger,
      ...options,
    });
    const front = await listen(gateway());
    front.on('connect', made.handleConnect(front));
    opened.push({ server: front, proxy: made });
    return { server: front, proxy: made };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wildsage-proxy-'));
    ({ server, proxy } = await start());
    ca = await readFile(proxy.authorityFile, 'utf8');
  });
  after(async () => {
    for (const one of opened) {
      await one.proxy.close();
      one.server.closeAllConnections();
      one.server.close();
    }
    await rm(folder, { recursive: true });
  });

  /** Sends CONNECT and gives the status with the open connection. */
  const connectTo = (authority: string, front = server): Promise<{ status: number; socket: Socket; head: Buffer }> =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: portOf(front), method: 'CONNECT', path: authority });
      request.on('error', reject);
      request.on('connect', (response, socket, head) => {
        resolve({ status: response.statusCode ?? 0, socket: socket as Socket, head });
      });
      request.end();
    });

  const secure = async (host: string, options: { servername?: string; front?: Server } = {}) => {
    const { status, socket } = await connectTo(`${host}:443`, options.front);
    assert.equal(status, 200);
    const secured = connectTls({
      socket,
      ca,
      servername: options.servername ?? host,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    await once(secured, 'secureConnect');
    return secured;
  };

  const ask = async (socket: Socket, host: string, path: string) => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    let text = '';
    while (!text.endsWith('}')) text += String((await once(socket, 'data'))[0]);
    return JSON.parse(text.slice(text.indexOf('{')));
  };

  it('answers an AWS host itself, with the host in the request, for several requests on a connection', async () => {
    const host = 'sts.eu-west-1.amazonaws.com';
    const socket = await secure(host);
    assert.equal(socket.authorized, true);
    assert.equal(socket.alpnProtocol, 'http/1.1');
    assert.deepEqual(await ask(socket, host, '/one'), { host, path: '/one', encrypted: true });
    assert.deepEqual(await ask(socket, host, '/two'), { host, path: '/two', encrypted: true });
    socket.destroy();
  });

  it('has a certificate for every depth of name, as buckets with dots need', async () => {
    const socket = await secure('my.dotted.bucket.s3.us-east-1.amazonaws.com');
    assert.equal(socket.authorized, true);
    socket.destroy();
  });

  it('answers as the AWS host that the client names in TLS', async () => {
    const socket = await secure('s3.amazonaws.com', { servername: 'api.sagemaker.us-east-1.api.aws' });
    assert.equal(socket.authorized, true);
    socket.destroy();
  });

  it('has an authority that cannot vouch for other hosts', async () => {
    const authority = openAuthority(join(folder, 'authority'));
    const impostor = createTlsServer({ SNICallback: (name, done) => done(null, authority.contextFor(name)) });
    impostor.on('tlsClientError', () => {});
    await listen(impostor);
    const client = connectTls({ port: portOf(impostor), host: '127.0.0.1', ca, servername: 'example.com' });
    const [error] = await once(client, 'error').catch((failure) => [failure]);
    assert.match(String(error.message), /permitted subtree/);
    impostor.close();
  });

  it('passes other hosts through untouched', async () => {
    const echo = await listen(createNetServer((socket) => socket.pipe(socket)));
    const { status, socket } = await connectTo(`127.0.0.1:${portOf(echo)}`);
    assert.equal(status, 200);
    socket.write('hello');
    assert.equal(String((await once(socket, 'data'))[0]), 'hello');
    socket.destroy();
    echo.close();
  });

  it('does not take a host for AWS because its name ends alike', async () => {
    const { server: strict } = await start({ policy: 'refuse' });
    for (const host of ['evil-amazonaws.com', 'amazonaws.com.evil.example', 'example.com', '[::1]']) {
      const { status, socket } = await connectTo(`${host}:443`, strict);
      assert.equal(status, 403, host);
      socket.destroy();
    }
    const aws = await secure('s3.amazonaws.com', { front: strict });
    aws.destroy();
  });

  it('says so when a host cannot be reached, or the request makes no sense', async () => {
    const closed = await listen(createNetServer());
    const port = portOf(closed);
    closed.close();
    await once(closed, 'close');
    const unreachable = await connectTo(`127.0.0.1:${port}`);
    assert.equal(unreachable.status, 502);
    assert.match(String(unreachable.head) || String((await once(unreachable.socket, 'data'))[0]), /cannot be reached/);
    unreachable.socket.destroy();
    for (const authority of ['nonsense', 'host:99999', 'a b:443']) {
      const socket = connect(portOf(server), '127.0.0.1');
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`);
      assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 400/);
      socket.destroy();
    }
  });

  it('outlives a client that speaks no TLS, and one that goes away', async () => {
    const { socket } = await connectTo('s3.amazonaws.com:443');
    socket.write('GET / HTTP/1.1\r\n\r\n');
    socket.on('error', () => {});
    await once(socket, 'close');
    const gone = await connectTo('s3.amazonaws.com:443');
    gone.socket.destroy();
    const next = await secure('s3.amazonaws.com');
    next.destroy();
  });

  it('reaches other hosts by way of the proxy that this machine uses', async () => {
    const echo = await listen(createNetServer((socket) => socket.pipe(socket)));
    const { server: chained } = await start({ upstream: new URL(`http://127.0.0.1:${portOf(server)}`) });
    const { status, socket } = await connectTo(`127.0.0.1:${portOf(echo)}`, chained);
    assert.equal(status, 200);
    socket.write('far');
    assert.equal(String((await once(socket, 'data'))[0]), 'far');
    socket.destroy();
    echo.close();
  });

  const runWith = async (command: string, args: string[]) => {
    const env = { ...process.env, ...proxy.environment(`http://127.0.0.1:${portOf(server)}`) };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    return output;
  };

  const expected = { host: 'sts.us-east-1.amazonaws.com', path: '/x', encrypted: true };
  const url = 'https://sts.us-east-1.amazonaws.com/x';

  it('serves fetch in Node.js by the variables alone', async () => {
    const output = await runWith(process.execPath, [
      '-e',
      `fetch('${url}').then(async (r) => console.log(await r.text()))`,
    ]);
    assert.deepEqual(JSON.parse(output), expected);
  });

  const has = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

  it('serves curl by the variables alone', { skip: !has('curl', '--version') && 'curl is not there' }, async () => {
    assert.deepEqual(JSON.parse(await runWith('curl', ['-sS', url])), expected);
  });

  it('serves Python by the variables alone', { skip: !has('python3', '-c', 'import ssl') && 'no Python' }, async () => {
    const program = `import urllib.request; print(urllib.request.urlopen('${url}').read().decode())`;
    assert.deepEqual(JSON.parse(await runWith('python3', ['-c', program])), expected);
  });
});
