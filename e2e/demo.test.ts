import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { liveServer } from '../server/cli/server-record.ts';
import { isAlive } from '../server/compute/host/process-identity.ts';
import { stillRunning } from '../server/compute/process/still-running.ts';
import { until } from './server.ts';

const run = promisify(execFile);
const demo = join(import.meta.dirname, '..', 'examples', 'demo', 'demo.ts');

describe('the demo', () => {
  let home: string;
  let env: NodeJS.ProcessEnv;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-demo-test-'));
    env = { ...process.env, WILDSAGE_HOME: home, NO_COLOR: '1' };
  });
  after(async () => {
    await play('--stop');
    rmSync(home, { recursive: true, force: true });
  });

  const play = (...args: string[]) => run(process.execPath, [demo, ...args], { env });

  it('trains, deploys and predicts well on data that the models have never seen, and ends when told to', async () => {
    const { stdout } = await play();
    const accuracies = [...stdout.matchAll(/Held-out accuracy ([\d.]+)/g)].map(([, value]) => Number(value));
    assert.equal(accuracies.length, 2, stdout);
    for (const accuracy of accuracies) assert.ok(accuracy > 0.9 && accuracy <= 1, stdout);
    const [, error, guessing] = /Held-out error ([\d.]+) {2}\(guessing the average: ([\d.]+)\)/.exec(stdout) ?? [];
    assert.ok(Number(error) < 0.85 * Number(guessing), stdout);
    assert.match(stdout, /Wildsage goes on running at http:\/\/127\.0\.0\.1:\d+, with all endpoints/);
    const stopped = await play('--stop');
    const deleted = [...stopped.stdout.matchAll(/Endpoint (\S+) deleted/g)].map(([, name]) => name);
    assert.deepEqual(deleted, ['demo-breast-cancer', 'demo-diabetes', 'demo-digits']);
    assert.match(stopped.stdout, /has stopped/);
    assert.doesNotMatch(stopped.stdout, /Still running/);
    assert.match((await play('--stop')).stdout, /not running/);
  });

  it('leaves nothing running when it is told to end after it was cut short', async () => {
    const child = spawn(process.execPath, [demo], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const chunk of child.stdout) {
      output += chunk;
      if (/^ +[\d.]+ s {2}Training$/m.test(output)) child.kill('SIGKILL');
    }
    const server = liveServer(home);
    assert.ok(server, output);
    const ended = until('the server is gone', async () => !isAlive(server));
    process.kill(server.pid, 'SIGKILL');
    await ended;
    await play('--stop');
    assert.deepEqual(await stillRunning(home), []);
    assert.equal(liveServer(home), undefined);
  });
});
