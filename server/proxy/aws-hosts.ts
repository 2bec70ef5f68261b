import { awsDomains } from '../aws-domains.ts';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** True for a host that the platform answers in AWS's place. */
export const isAwsHost = (host: string): boolean => {
  const name = host.toLowerCase();
  return HOST_NAME.test(name) && awsDomains.some((domain) => name === domain || name.endsWith(`.${domain}`));
};
