import { ServiceError } from '../../errors.ts';

export const invalidParameter = (message: string) => new ServiceError('InvalidParameterException', message);

export const invalidToken = () =>
  invalidParameter("Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token provided'");

export const repositoryNotFound = (name: string, registryId: string) =>
  new ServiceError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );

export const repositoryExists = (name: string, registryId: string) =>
  new ServiceError(
    'RepositoryAlreadyExistsException',
    `The repository with name '${name}' already exists in the registry with id '${registryId}'`,
  );

export const policyNotFound = (name: string, registryId: string) =>
  new ServiceError(
    'RepositoryPolicyNotFoundException',
    `Repository policy does not exist for the repository with name '${name}' in the registry with id '${registryId}'`,
  );

export const imageNotFound = (
  image: { imageDigest?: string; imageTag?: string },
  repository: string,
  registryId: string,
) =>
  new ServiceError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${image.imageDigest ?? null}', imageTag:'${image.imageTag ?? null}'} does not ` +
      `exist within the repository with name '${repository}' in the registry with id '${registryId}'`,
  );

export const tooManyTags = () => new ServiceError('TooManyTagsException', 'A repository can have at most 50 tags.');

export const invalidTag = (message: string) => new ServiceError('InvalidTagParameterException', message);
