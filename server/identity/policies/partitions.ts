const OF_ACCOUNT = /^arn:aws-[a-z-]+:(?=(?:iam|sts):)/;

/**
 * An account is in all partitions at once here, and its users, roles and policies with it: an ARN that names them in
 * China's or GovCloud's partition, as clients there write it, means the same ones as an ARN of the first partition.
 */
export const ofFirstPartition = (arn: string): string =>
  arn.startsWith('arn:aws-') ? arn.replace(OF_ACCOUNT, 'arn:aws:') : arn;
