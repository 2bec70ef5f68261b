import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

const root = join(import.meta.dirname, '..');

it('the published package runs as plain JavaScript', () => {
  execFileSync(process.execPath, [join(root, 'scripts/build-package.ts')], { stdio: 'pipe' });
  assert.ok(existsSync(join(root, 'dist/python/runtimes/runtimes.json')));
  const env = { ...process.env, NODE_OPTIONS: '--no-experimental-strip-types' };
  const command = [
    join(root, 'dist/bin/wildsage'),
    'run',
    '--ephemeral',
    '--',
    'sh',
    '-c',
    'echo "at $AWS_ENDPOINT_URL"',
  ];
  const output = execFileSync(process.execPath, command, { env, encoding: 'utf8' });
  assert.match(output, /^at http:\/\/127\.0\.0\.1:\d+$/m);
});
