import { join } from 'node:path';
import { paths } from '../config.ts';
import type { Credentials } from '../identity/identity.ts';
import { proxyEnvironment } from '../proxy/environment.ts';
import type { FoundServer } from './find-server.ts';

/** Variables that lead a client past ours: other credentials, and settings that count more than AWS_ENDPOINT_URL. */
const misleading = [
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
];

/** The variables to take away from a shell or a program that has those of `env`. */
export const unsetVariables = (env: Readonly<Record<string, string | undefined>> = process.env): string[] => [
  ...misleading,
  ...Object.keys(env).filter((name) => /^AWS_ENDPOINT_URL_\w+$/.test(name)),
];

export const formats = ['sh', 'json', 'profile'] as const;
export type Format = (typeof formats)[number];

const bundleOf = (server: FoundServer) => join(paths(server.home).authority, 'bundle.pem');

/** Everything a program needs to be a client of `server`, with the root key or `credentials` of a role. */
export function variablesFor(server: FoundServer, credentials?: Credentials): Record<string, string> {
  const { accessKeyId, secretAccessKey, roleArn } = server.credentials;
  return {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? secretAccessKey,
    ...(credentials?.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_REGION: server.region,
    AWS_DEFAULT_REGION: server.region,
    WILDSAGE_ROLE_ARN: roleArn,
    ...proxyEnvironment(server.url, bundleOf(server), process.env),
  };
}

const quote = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

const asShell = (variables: Record<string, string>) => {
  const unset = unsetVariables().filter((name) => !(name in variables));
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [`unset ${unset.join(' ')}`, ...exports].join('\n');
};

const profileKeys = {
  AWS_ENDPOINT_URL: 'endpoint_url',
  AWS_REGION: 'region',
  AWS_ACCESS_KEY_ID: 'aws_access_key_id',
  AWS_SECRET_ACCESS_KEY: 'aws_secret_access_key',
  AWS_SESSION_TOKEN: 'aws_session_token',
  AWS_CA_BUNDLE: 'ca_bundle',
} as const;

/** A profile holds what the AWS tools read from it; a proxy is not among that. */
const asProfile = (variables: Record<string, string>) => {
  const settings = Object.entries(profileKeys).flatMap(([name, key]) => {
    const value = variables[name];
    return value === undefined ? [] : [`${key} = ${value}`];
  });
  return ['[profile wildsage]', ...settings].join('\n');
};

/** The variables as text: for `eval`, as JSON, or as a profile for `~/.aws/config`. */
export function formatVariables(variables: Record<string, string>, format: Format): string {
  if (format === 'json') return JSON.stringify(variables, undefined, 2);
  return format === 'profile' ? asProfile(variables) : asShell(variables);
}
