import { awsDomains } from '../aws-domains.ts';

/** Hosts that are never asked through the proxy: this machine, which is where the platform itself is. */
const LOCAL = ['localhost', '.localhost', '127.0.0.1', '::1'];

const isAws = (entry: string) => entry === '*' || awsDomains.some((domain) => entry.endsWith(domain));

/**
 * Variables that send a program's HTTPS requests through the proxy at `url` and make it trust what answers there.
 * `bundle` is a file with the public authorities and ours, so that other hosts are verified as ever. Of the hosts
 * that `inherited` keeps from proxies, AWS's own are dropped.
 */
export function proxyEnvironment(
  url: string,
  bundle: string,
  inherited: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const direct = (inherited.no_proxy ?? inherited.NO_PROXY ?? '').split(',').map((entry) => entry.trim());
  const kept = direct.filter((entry) => entry !== '' && !isAws(entry));
  const noProxy = [...new Set([...LOCAL, new URL(url).hostname.replace(/^\[|\]$/g, ''), ...kept])].join(',');
  return {
    HTTPS_PROXY: url,
    NO_PROXY: noProxy,
    // Where both spellings are set, curl and Python go by the lower-case one.
    https_proxy: url,
    no_proxy: noProxy,
    // Node.js goes by the variables above only when it is told to.
    NODE_USE_ENV_PROXY: '1',
    AWS_CA_BUNDLE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    SSL_CERT_FILE: bundle,
    CURL_CA_BUNDLE: bundle,
    NODE_EXTRA_CA_CERTS: bundle,
  };
}
