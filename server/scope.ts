/** Where a resource lives. Region is '' for resources of the whole account (IAM), both are '' for the platform's own. */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
}

/** The first that fits counts. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

/** The partition of a region, as it stands in ARNs. */
export const partitionOf = (region: string): string =>
  PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';

/** `arn:partition:service:region:account:resource` */
export const arnOf = (scope: Scope, service: string, resource: string): string =>
  `arn:${partitionOf(scope.region)}:${service}:${scope.region}:${scope.accountId}:${resource}`;
