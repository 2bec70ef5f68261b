import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { formatVariables, unsetVariables, variablesFor } from './environment.ts';
import type { FoundServer } from './find-server.ts';

const server: FoundServer = {
  pid: 1,
  identity: 'x',
  home: "/home/o'neill/.wildsage",
  host: '127.0.0.1',
  port: 9453,
  region: 'eu-west-1',
  ephemeral: false,
  startedAt: '2026-01-01T00:00:00.000Z',
  url: 'http://127.0.0.1:9453',
  credentials: {
    accountId: '123456789012',
    accessKeyId: 'AKIAEXAMPLE',
    secretAccessKey: 'a/b+c$d`e',
    region: 'eu-west-1',
    roleArn: 'arn:aws:iam::123456789012:role/AmazonSageMaker-ExecutionRole',
    sealingKey: 'sealed',
    createdAt: '2026-01-01T00:00:00.000Z',
  },
};

describe('variablesFor', () => {
  it('gives what every AWS client reads, and no more of the credentials file', () => {
    const variables = variablesFor(server);
    assert.equal(variables.AWS_ENDPOINT_URL, 'http://127.0.0.1:9453');
    assert.equal(variables.AWS_ACCESS_KEY_ID, 'AKIAEXAMPLE');
    assert.equal(variables.AWS_SECRET_ACCESS_KEY, 'a/b+c$d`e');
    assert.equal(variables.AWS_REGION, 'eu-west-1');
    assert.equal(variables.AWS_DEFAULT_REGION, 'eu-west-1');
    assert.equal(variables.WILDSAGE_ROLE_ARN, server.credentials.roleArn);
    assert.equal(variables.HTTPS_PROXY, 'http://127.0.0.1:9453');
    assert.equal('AWS_SESSION_TOKEN' in variables, false);
    assert.equal(JSON.stringify(variables).includes('sealed'), false);
  });

  it('gives a role’s credentials with their session token', () => {
    const variables = variablesFor(server, { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' });
    assert.equal(variables.AWS_ACCESS_KEY_ID, 'ASIA');
    assert.equal(variables.AWS_SESSION_TOKEN, 't');
  });
});

describe('unsetVariables', () => {
  it('takes away the address of a single service, which counts more than that of all', () => {
    const unset = unsetVariables({ AWS_ENDPOINT_URL: 'x', AWS_ENDPOINT_URL_S3: 'x', AWS_ENDPOINT_URL_SAGEMAKER: 'x' });
    assert.ok(unset.includes('AWS_ENDPOINT_URL_S3') && unset.includes('AWS_ENDPOINT_URL_SAGEMAKER'));
    assert.ok(unset.includes('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'));
    assert.ok(!unset.includes('AWS_ENDPOINT_URL'));
  });
});

describe('formatVariables', () => {
  it('gives a shell what it takes back whole, and takes away what would lead clients elsewhere', () => {
    const script = formatVariables(variablesFor(server), 'sh');
    const show =
      'printf "%s|%s|" "$AWS_SECRET_ACCESS_KEY" "$AWS_CA_BUNDLE"; env | grep -c -e ^AWS_PROFILE -e ^AWS_SESSION || true';
    const env = { ...process.env, AWS_PROFILE: 'work', AWS_SESSION_TOKEN: 'old' };
    const output = execFileSync('sh', ['-c', `eval "$1"; ${show}`, 'sh', script], { env }).toString();
    assert.equal(output, "a/b+c$d`e|/home/o'neill/.wildsage/authority/bundle.pem|0\n");
  });

  it('does not take a role’s session token away', () => {
    const script = formatVariables(
      variablesFor(server, { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' }),
      'sh',
    );
    assert.match(script, /^export AWS_SESSION_TOKEN='t'$/m);
    assert.doesNotMatch(script, /^unset.*AWS_SESSION_TOKEN/m);
  });

  it('gives JSON', () => {
    assert.deepEqual(JSON.parse(formatVariables(variablesFor(server), 'json')), variablesFor(server));
  });

  it('gives a profile of the settings that AWS tools read from one', () => {
    assert.deepEqual(formatVariables(variablesFor(server), 'profile').split('\n'), [
      '[profile wildsage]',
      'endpoint_url = http://127.0.0.1:9453',
      'region = eu-west-1',
      'aws_access_key_id = AKIAEXAMPLE',
      'aws_secret_access_key = a/b+c$d`e',
      "ca_bundle = /home/o'neill/.wildsage/authority/bundle.pem",
    ]);
  });
});
