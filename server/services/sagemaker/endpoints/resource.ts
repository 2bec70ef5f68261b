import type { DeploymentConfig, ModelDataSource, ProductionVariantRoutingConfig } from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import type { Kind } from '../../../resources/resource-store.ts';
import type { Scope } from '../../../scope.ts';
import { sagemakerArn } from '../arns.ts';

export type EndpointStatus = 'Creating' | 'InService' | 'Updating' | 'Deleting' | 'Failed';

/**
 * One variant as it was resolved when it was deployed: configuration and model may be deleted afterwards, as on AWS.
 * Never changes but for its weight; a new instance count or model is a variant of a new generation.
 */
export interface DeployedVariant {
  readonly name: string;
  /** Tells deployments apart, begins with the time of the endpoint's creation: part of the workload's name. */
  readonly generation: number;
  readonly modelName: string;
  readonly image: string;
  /** The same by its digest, as it was resolved. */
  readonly resolvedImage: string;
  readonly modelDataUrl?: string;
  readonly modelDataSource?: ModelDataSource;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn?: string;
  readonly networkIsolation: boolean;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly weight: number;
  readonly routing?: ProductionVariantRoutingConfig;
  readonly downloadTimeoutSeconds: number;
  readonly startTimeoutSeconds: number;
  /** ISO time at which configuration and model were resolved. */
  readonly resolvedAt: string;
}

export interface Deployment {
  readonly configName: string;
  readonly startedAt: string;
  readonly variants: readonly DeployedVariant[];
}

export interface Endpoint {
  readonly status: EndpointStatus;
  /** Why it failed, or why the last update was undone. */
  readonly failureReason?: string;
  /** What serves. Missing while the endpoint is created and when that failed. */
  readonly current?: Deployment;
  /** What is to serve next: variants that `current` has too (same generation) go on running. */
  readonly pending?: Deployment;
  /** Variants that serve no more, whose workloads are still to be removed. */
  readonly retired: readonly DeployedVariant[];
  readonly lastGeneration: number;
  readonly lastDeploymentConfig?: DeploymentConfig;
}

export const endpointArn = (scope: Scope, name: string) => sagemakerArn(scope, 'endpoint', name);

export const endpoints: Kind<Endpoint> = {
  name: 'sagemaker/endpoint',
  arn: endpointArn,
  status: (endpoint) => endpoint.status,
  // An endpoint in service is looked after as well: its servers may have ended while nobody watched.
  isActive: (endpoint) => endpoint.status !== 'Failed' || endpoint.retired.length > 0,
  notFound: (name, scope) => validationError(`Could not find endpoint "${endpointArn(scope, name)}".`),
  alreadyExists: (name, scope) =>
    validationError(`Cannot create already existing endpoint "${endpointArn(scope, name)}".`),
};

/** Unique in the platform, and safe as a file name. */
export const workloadName = (scope: Scope, endpoint: string, variant: DeployedVariant): string =>
  `endpoint.${scope.accountId}.${scope.region}.${endpoint}.${variant.name}.${variant.generation}`;

export const logGroup = (endpoint: string): string => `/aws/sagemaker/Endpoints/${endpoint}`;

export const sameWorkload = (a: DeployedVariant, b: DeployedVariant): boolean =>
  a.name === b.name && a.generation === b.generation;

/** The variants of `deployment` that `other` does not go on with. */
export const variantsOnlyIn = (deployment?: Deployment, other?: Deployment): DeployedVariant[] =>
  (deployment?.variants ?? []).filter((variant) => !other?.variants.some((kept) => sameWorkload(kept, variant)));
