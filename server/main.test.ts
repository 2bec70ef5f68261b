import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Config } from './config.ts';
import { silentLogger } from './logger.ts';
import { startServer } from './main.ts';

describe('startServer', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-main-'));
  });
  after(() => rmSync(home, { recursive: true, force: true }));
  const configOn = (port: number): Config => ({
    home,
    host: '127.0.0.1',
    port,
    region: 'us-east-1',
    ephemeral: false,
    cache: join(home, 'cache'),
  });

  it('closes everything again when its port is taken, and can then start elsewhere in the same home', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => occupant.once('listening', resolve));
    const { port } = occupant.address() as AddressInfo;
    await assert.rejects(startServer(configOn(port), silentLogger), { code: 'EADDRINUSE' });
    const server = await startServer(configOn(0), silentLogger);
    assert.equal((await fetch(`${server.url}/_/health`)).status, 200);
    await server.close();
    await assert.rejects(fetch(`${server.url}/_/health`));
    await server.close();
    occupant.close();
  });
});
