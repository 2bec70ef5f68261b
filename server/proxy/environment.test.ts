import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAwsHost } from './aws-hosts.ts';
import { proxyEnvironment } from './environment.ts';
import { proxyPolicy, upstreamProxy } from './policy.ts';
import { parseTarget } from './tunnel.ts';

describe('proxyEnvironment', () => {
  it('keeps the platform itself and what was direct before away from the proxy, but not AWS', () => {
    const inherited = { NO_PROXY: 'internal.example, .amazonaws.com,*' };
    const { NO_PROXY, no_proxy } = proxyEnvironment('http://10.0.0.5:9453', '/b.pem', inherited);
    assert.equal(NO_PROXY, 'localhost,.localhost,127.0.0.1,::1,10.0.0.5,internal.example');
    assert.equal(no_proxy, NO_PROXY);
  });
});

describe('isAwsHost', () => {
  it('knows the hosts of all partitions, in any case', () => {
    for (const host of [
      'amazonaws.com',
      'STS.us-east-1.AmazonAWS.com',
      's3.cn-north-1.amazonaws.com.cn',
      'api.sagemaker.us-east-1.api.aws',
      'b_1.s3.amazonaws.com',
      'sts.us-iso-east-1.c2s.ic.gov',
      'logs.eusc-de-east-1.api.amazonwebservices.eu',
    ]) {
      assert.equal(isAwsHost(host), true, host);
    }
  });

  it('knows no others', () => {
    for (const host of ['amazonaws.com.example', 'xamazonaws.com', 'a..amazonaws.com', 'x y.amazonaws.com', '']) {
      assert.equal(isAwsHost(host), false, host);
    }
  });
});

describe('proxyPolicy', () => {
  it('passes through on this machine only, unless asked to', () => {
    assert.equal(proxyPolicy('127.0.0.1', undefined), 'pass');
    assert.equal(proxyPolicy('::1', undefined), 'pass');
    assert.equal(proxyPolicy('0.0.0.0', undefined), 'refuse');
    assert.equal(proxyPolicy('0.0.0.0', 'pass'), 'pass');
    assert.equal(proxyPolicy('127.0.0.1', 'refuse'), 'refuse');
    assert.throws(() => proxyPolicy('127.0.0.1', 'maybe'), /"pass" or "refuse"/);
  });
});

describe('upstreamProxy', () => {
  it('is the proxy of this machine', () => {
    assert.equal(upstreamProxy({ HTTPS_PROXY: 'proxy.example:3128' })?.host, 'proxy.example:3128');
    assert.equal(upstreamProxy({}), undefined);
    assert.throws(() => upstreamProxy({ HTTPS_PROXY: 'http://' }), /HTTPS_PROXY is "http:\/\/"/);
  });
});

describe('parseTarget', () => {
  it('reads names, IPv4 and IPv6 with their ports', () => {
    assert.deepEqual(parseTarget('Example.com:443'), { host: 'example.com', port: 443 });
    assert.deepEqual(parseTarget('[::1]:8443'), { host: '::1', port: 8443 });
  });

  it('refuses everything else', () => {
    for (const text of [undefined, '', 'host', 'host:0', 'host:65536', 'user@host:443', 'host:443/path']) {
      assert.equal(parseTarget(text), undefined, text);
    }
  });
});
