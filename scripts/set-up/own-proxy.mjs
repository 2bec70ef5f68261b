import { existsSync } from 'node:fs';

const bundles = ['AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];

/**
 * In a shell that `wildsage env` has set up, HTTPS_PROXY names a Wildsage, which may have ended since, and with it the
 * file of authorities of an ephemeral one. Set-up, and a server that starts there, reach other hosts past it.
 */
export function leaveOwnProxy(env = process.env) {
  const { AWS_ENDPOINT_URL: own } = env;
  if (!own) return;
  for (const name of ['HTTPS_PROXY', 'https_proxy']) if (env[name] === own) delete env[name];
  for (const name of bundles) if (env[name] && !existsSync(env[name])) delete env[name];
}
