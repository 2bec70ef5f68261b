/**
 * In a shell that `wildsage env` has set up, HTTPS_PROXY names a Wildsage, which may have ended since. Set-up, and a
 * server that starts there, reach other hosts past it.
 */
export function leaveOwnProxy(env = process.env) {
  const { AWS_ENDPOINT_URL: own } = env;
  for (const name of ['HTTPS_PROXY', 'https_proxy']) if (own && env[name] === own) delete env[name];
}
