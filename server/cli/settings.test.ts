import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CliError } from './cli-error.ts';
import { configFrom, homeFrom, prepareHome } from './settings.ts';

describe('homeFrom', () => {
  it('takes what is given, then WILDSAGE_HOME, then the folder in the user’s home', () => {
    assert.equal(homeFrom('/a', { WILDSAGE_HOME: '/b' }), '/a');
    assert.equal(homeFrom(undefined, { WILDSAGE_HOME: '/b' }), '/b');
    assert.equal(homeFrom(undefined, { WILDSAGE_HOME: '' }), join(homedir(), '.wildsage'));
  });
});

describe('prepareHome', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wildsage-settings-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const modeOf = (path: string) => statSync(path).mode & 0o777;

  it('makes the folder and those above it, for their owner only', () => {
    const home = join(folder, 'above', 'home');
    prepareHome(home);
    assert.equal(modeOf(home), 0o700);
  });

  it('keeps a home that others may read to its owner', () => {
    const home = join(folder, 'prepared');
    mkdirSync(home);
    writeFileSync(join(home, 'runtimes.json'), '[]');
    chmodSync(home, 0o755);
    prepareHome(home);
    assert.equal(modeOf(home), 0o700);
  });

  it('takes a home in which another server is just beginning, an ephemeral one too', () => {
    for (const name of ['server.json.4711', 'ephemeral.json', 'ephemeral.json.stale.4711']) {
      const home = mkdtempSync(join(folder, 'beginning-'));
      writeFileSync(join(home, name), '');
      prepareHome(home);
    }
  });

  it('leaves a folder with other things in it as it is', () => {
    const project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'train.py'), '');
    chmodSync(project, 0o755);
    assert.throws(() => prepareHome(project), /The home .*project cannot be used: there are other things in it/);
    assert.equal(modeOf(project), 0o755);
  });

  it('says which folder cannot be made, also where the system says that there is no such', () => {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => prepareHome(join(folder, 'file', 'home')), /The home .*file.home cannot be used/);
    if (process.platform === 'linux')
      assert.throws(() => prepareHome('/proc/home'), /The home .proc.home cannot be used/);
  });
});

describe('configFrom', () => {
  it('listens on this machine only, unless told otherwise', () => {
    const config = configFrom({}, '/home', {});
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.port, 9453);
    assert.equal(config.region, 'us-east-1');
    assert.equal(config.ephemeral, false);
    assert.equal(config.rootCredentials, undefined);
  });

  it('takes the region of the environment, and an option before it', () => {
    assert.equal(configFrom({}, '/h', { AWS_REGION: 'eu-central-1' }).region, 'eu-central-1');
    assert.equal(configFrom({ region: 'us-gov-west-1' }, '/h', { AWS_REGION: 'eu-central-1' }).region, 'us-gov-west-1');
  });

  it('knows the names of regions in every partition', () => {
    for (const region of ['cn-north-1', 'us-isob-east-1', 'ap-southeast-5', 'mx-central-1', 'eusc-de-east-1']) {
      assert.equal(configFrom({ region }, '/h', {}).region, region);
    }
  });

  it('gives an ephemeral server, which empties its database, none that was not named for it', () => {
    const env = { WILDSAGE_DATABASE_URL: 'postgres://team' };
    assert.equal(configFrom({}, '/h', env).databaseUrl, 'postgres://team');
    assert.equal(configFrom({ ephemeral: true }, '/h', env).databaseUrl, undefined);
    assert.equal(configFrom({ ephemeral: true, databaseUrl: 'postgres://ci' }, '/h', env).databaseUrl, 'postgres://ci');
  });

  it('takes a fixed root key from the environment', () => {
    const env = { WILDSAGE_ACCESS_KEY_ID: 'AKIA', WILDSAGE_SECRET_ACCESS_KEY: 's' };
    assert.deepEqual(configFrom({}, '/h', env).rootCredentials, { accessKeyId: 'AKIA', secretAccessKey: 's' });
  });

  const refused: [string, () => unknown, RegExp][] = [
    ['a port that is none', () => configFrom({ port: '70000' }, '/h', {}), /--port is "70000"/],
    ['a port that is empty', () => configFrom({ port: '' }, '/h', {}), /--port is ""/],
    ['a port in another notation', () => configFrom({ port: '0x10' }, '/h', {}), /--port is "0x10"/],
    ['a host that is empty, which would be all addresses', () => configFrom({ host: '' }, '/h', {}), /--host is empty/],
    ['a home that is empty, which would be the working folder', () => homeFrom('', {}), /--home is empty/],
    ['an account id of another length', () => configFrom({ accountId: '12' }, '/h', {}), /12 digits/],
    ['a region that cannot be', () => configFrom({ region: 'home' }, '/h', {}), /not the name of an AWS region/],
    ['half a root key', () => configFrom({}, '/h', { WILDSAGE_ACCESS_KEY_ID: 'A' }), /both/],
  ];
  for (const [what, make, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(make, (error) => error instanceof CliError && error.exitCode === 2 && message.test(error.message));
    });
  }
});
