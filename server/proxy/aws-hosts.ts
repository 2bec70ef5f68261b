/** The domains that AWS serves its APIs under, in all partitions. What is below them is answered here. */
export const awsDomains: readonly string[] = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'api.aws',
  'api.amazonwebservices.com.cn',
];

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/** True for a host that the platform answers in AWS's place. */
export const isAwsHost = (host: string): boolean => {
  const name = host.toLowerCase();
  return HOST_NAME.test(name) && awsDomains.some((domain) => name === domain || name.endsWith(`.${domain}`));
};
