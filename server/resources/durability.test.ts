import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { here, jobs } from './fixtures.ts';
import { openResourceStore } from './index.ts';

/** Creates, updates and deletes without end, and says what was answered. */
const writer = `
  import { systemClock } from '${import.meta.resolve('../clock.ts')}';
  import { silentLogger } from '${import.meta.resolve('../logger.ts')}';
  import { openResourceStore } from '${import.meta.resolve('./index.ts')}';
  import { here, jobs } from '${import.meta.resolve('./fixtures.ts')}';
  import { writeSync } from 'node:fs';
  const store = await openResourceStore({ path: process.argv[1] }, { clock: systemClock, log: silentLogger });
  for (let n = 0; ; n++) {
    await store.create(jobs, here, 'job-' + n, { status: 'InProgress' }, { tags: [{ Key: 'n', Value: String(n) }] });
    writeSync(1, 'created ' + n + '\\n');
    await store.update(jobs, here, 'job-' + n, (job) => ({ ...job, status: 'Completed' }));
    writeSync(1, 'completed ' + n + '\\n');
    if (n % 3 === 0) {
      await store.delete(jobs, here, 'job-' + n);
      writeSync(1, 'deleted ' + n + '\\n');
    }
  }`;

describe('a resource store whose process is killed', () => {
  it('has everything that it had answered, at whatever line it died', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wildsage-killed-'));
    const path = join(folder, 'resources.sqlite');
    try {
      for (const linesBeforeTheKill of [1, 50, 233]) {
        const answered = await runUntilKilled(path, linesBeforeTheKill);
        const store = await openResourceStore({ path }, { clock: systemClock, log: silentLogger });
        for (const [n, last] of answered) {
          const job = await store.find(jobs, here, `job-${n}`);
          if (last === 'deleted') assert.equal(job, undefined, `job-${n} is back`);
          // The one after the last answer may have been written without an answer.
          else if (job || n % 3 !== 0 || last !== 'completed') {
            assert.ok(job, `job-${n} is lost`);
            if (last === 'completed') assert.equal(job.doc.status, 'Completed');
            assert.deepEqual(
              (await store.tags(job.arn)).map(({ Value }) => Value),
              [`${n}`],
            );
          }
        }
        await store.clear();
        await store.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** The last answer for each number. */
async function runUntilKilled(path: string, lines: number): Promise<Map<number, string>> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const answered = new Map<number, string>();
  let heard = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what = '', n] = line.split(' ');
    answered.set(Number(n), what);
    if (++heard === lines) child.kill('SIGKILL');
  }
  await closed;
  assert.ok(heard >= lines, `the writer ended by itself after ${heard} lines`);
  return answered;
}
