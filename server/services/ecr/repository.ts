import type { EncryptionType, ImageTagMutability, ImageTagMutabilityExclusionFilter } from '@aws-sdk/client-ecr';
import type { Permission } from '../../operations.ts';
import type { Kind } from '../../resources/resource-store.ts';
import { arnOf, type Scope } from '../../scope.ts';
import { repositoryExists, repositoryNotFound } from './errors.ts';

/** What its creator said, and the access policy put on it later. */
export interface Repository {
  readonly imageTagMutability: ImageTagMutability;
  readonly exclusionFilters?: ImageTagMutabilityExclusionFilter[];
  readonly scanOnPush: boolean;
  readonly encryption: { readonly encryptionType: EncryptionType; readonly kmsKey?: string };
  readonly policyText?: string;
}

/** Where images of this registry would be pulled from. */
export const registryHost = ({ accountId, region }: Scope): string =>
  `${accountId}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

export const repositoryArn = (scope: Scope, name: string): string => arnOf(scope, 'ecr', `repository/${name}`);

export const repositories: Kind<Repository> = {
  name: 'ecr/repository',
  arn: repositoryArn,
  notFound: (name, { accountId }) => repositoryNotFound(name, accountId),
  alreadyExists: (name, { accountId }) => repositoryExists(name, accountId),
};

interface RepositoryReference {
  readonly registryId?: string;
  readonly repositoryName?: string;
}

/** Of an operation on one repository, which may be in another account's registry. */
export const permissionsOn =
  (action: string) =>
  ({ registryId, repositoryName }: RepositoryReference, { accountId, region }: Scope): Permission[] => [
    {
      action: `ecr:${action}`,
      resource: repositoryArn({ accountId: registryId ?? accountId, region }, repositoryName ?? '*'),
    },
  ];

/** Throws when a registry is named that is not the caller's own. */
export function checkOwnRegistry({ registryId, repositoryName = '' }: RepositoryReference, scope: Scope): void {
  if (registryId !== undefined && registryId !== scope.accountId) throw repositoryNotFound(repositoryName, registryId);
}
