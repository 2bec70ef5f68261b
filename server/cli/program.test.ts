import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createProgram } from './program.ts';
import { portTaken } from './taken-port.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'wildsage');

describe('the wildsage command', () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'wildsage-program-'));
  });
  after(() => rm(home, { recursive: true }));

  const wildsage = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, WILDSAGE_HOME: home, NO_COLOR: '1' };
      execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
      });
    });

  it('explains every command, with all of them in the overview', async () => {
    const { code, stdout } = await wildsage('--help');
    assert.equal(code, 0);
    for (const { commands } of [createProgram()]) {
      for (const command of commands) {
        assert.match(stdout, new RegExp(`^  ${command.name()}\\b`, 'm'));
        assert.ok(command.description().length > 10);
      }
    }
  });

  it('answers a mistake in the command line with exit code 2 and what would be right', async () => {
    const unknown = await wildsage('upp');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /unknown command 'upp'.*\n?.*up/);
    const port = await wildsage('up', '--port', 'many');
    assert.deepEqual([port.code, port.stdout], [2, '']);
    assert.match(port.stderr, /--port is "many"/);
  });

  it('says how to start a server where a command needs one', async () => {
    for (const args of [['env'], ['status'], ['logs', 'job'], ['run', 'true']]) {
      const { code, stdout, stderr } = await wildsage(...args);
      assert.deepEqual([code, stdout], [1, ''], args.join(' '));
      assert.match(stderr, /not running.*wildsage up/);
    }
  });

  it('finds nothing wrong with stopping what does not run', async () => {
    const { code, stderr } = await wildsage('down');
    assert.equal(code, 0);
    assert.match(stderr, /not running/);
  });

  it('does not reset where nobody can be asked', async () => {
    const { code, stderr } = await wildsage('reset');
    assert.equal(code, 1);
    assert.match(stderr, /--yes/);
  });

  it('tells status as JSON for programs, also when nothing runs', async () => {
    const { code, stdout } = await wildsage('status', '--json');
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).running, false);
  });
});

describe('portTaken', () => {
  it('names the process that has the port, and a port to try', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const message = await portTaken('127.0.0.1', port);
    server.close();
    assert.match(message, new RegExp(`Port ${port} on 127.0.0.1 is taken by`));
    assert.match(message, /--port \d+/);
    if (process.platform === 'linux') assert.match(message, new RegExp(`process ${process.pid} \\(`));
  });
});
