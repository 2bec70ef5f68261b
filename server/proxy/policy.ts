import { isIP } from 'node:net';
import type { ProxyPolicy } from './proxy.ts';

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * What is done with hosts that are not AWS's. `setting` is WILDSAGE_PROXY. On an address that others can reach nothing
 * is passed through unless that is asked for: it would be an open proxy into this machine's network.
 */
export function proxyPolicy(listenHost: string, setting: string | undefined): ProxyPolicy {
  if (setting === 'pass' || setting === 'refuse') return setting;
  if (setting) throw new Error(`WILDSAGE_PROXY is "${setting}"; it can be "pass" or "refuse"`);
  return isLoopback(listenHost) ? 'pass' : 'refuse';
}

/** The proxy that this machine reaches the world through, as its own environment names it. */
export function upstreamProxy(env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const value = env.https_proxy || env.HTTPS_PROXY;
  if (!value) return undefined;
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  if (!url) throw new Error(`HTTPS_PROXY is "${value}"; it can be a URL such as http://proxy.example:3128`);
  return url.protocol === 'http:' ? url : undefined;
}
