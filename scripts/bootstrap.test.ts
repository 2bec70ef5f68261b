import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');

describe('a fresh clone', () => {
  let clone: string;
  before(() => {
    clone = mkdtempSync(join(tmpdir(), 'wildsage-clone-'));
    for (const path of ['bin', 'scripts', 'package.json', 'package-lock.json']) {
      cpSync(join(root, path), join(clone, path), { recursive: true });
    }
    mkdirSync(join(clone, 'tools'));
    writeFileSync(
      join(clone, 'tools/npm'),
      '#!/bin/sh\necho "npm error: no registry by way of $HTTPS_PROXY$SSL_CERT_FILE." >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
  });
  after(() => rmSync(clone, { recursive: true }));

  it('says without a stack why its packages cannot be had, past a Wildsage that the shell is set up for', () => {
    const own = 'http://127.0.0.1:1';
    const shell = { AWS_ENDPOINT_URL: own, HTTPS_PROXY: own, SSL_CERT_FILE: join(clone, 'gone', 'bundle.pem') };
    const { npm_execpath: _, ...inherited } = process.env;
    const env = { ...inherited, PATH: `${join(clone, 'tools')}:/usr/bin:/bin`, NO_COLOR: '1', ...shell };
    for (const [command = '', ...args] of [
      ['bin/wildsage', 'status'],
      ['scripts/bootstrap.mjs', 'wildsage'],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [join(clone, command), ...args], {
        env,
        encoding: 'utf8',
      });
      assert.equal(status, 1);
      assert.match(
        stderr,
        /✗ Packages from npm .*\n.*npm install .* ended with 1:\nnpm error: no registry by way of \./s,
      );
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });
});
