import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { silentLogger } from '../../logger.ts';
import { StateFile } from './state-file.ts';

describe('the state of a workload', () => {
  it('tells each phase once, also when a crash has it gone through again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'state-file-'));
    const path = join(folder, 'state.json');
    let now = 0;
    const clock = { now: () => new Date(++now) };
    const createdAt = new Date(0).toISOString();
    const begin = { createdAt, phase: 'queued', history: [{ phase: 'queued', at: createdAt }] } as const;
    const file = new StateFile(path, { ...begin, launched: false, ports: [] }, { clock, log: silentLogger });
    const told = () => file.state.history.map(({ phase, at }) => `${phase} ${Date.parse(at)}`);
    try {
      for (const phase of ['queued', 'preparing', 'downloading'] as const) await file.set({ phase });
      assert.deepEqual(told(), ['queued 0', 'preparing 1', 'downloading 2']);
      await file.set({ phase: 'queued' });
      assert.deepEqual(told(), ['queued 0']);
      for (const phase of ['preparing', 'downloading', 'starting', 'running'] as const) await file.set({ phase });
      assert.deepEqual(told(), ['queued 0', 'preparing 3', 'downloading 4', 'starting 5', 'running 6']);
      await file.close();
      assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')).history, file.state.history);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
