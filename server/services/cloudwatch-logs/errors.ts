import { ServiceError } from '../../errors.ts';

export const invalidParameter = (message: string) => new ServiceError('InvalidParameterException', message);

export const groupNotFound = () =>
  new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');

export const streamNotFound = () =>
  new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.');

export const resourceNotFound = () =>
  new ServiceError('ResourceNotFoundException', 'The specified resource does not exist.');

export const groupExists = () =>
  new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');

export const streamExists = () =>
  new ServiceError('ResourceAlreadyExistsException', 'The specified log stream already exists');

export const invalidToken = () => invalidParameter('The specified nextToken is invalid.');

export const tooManyTags = (resourceName: string) =>
  new ServiceError('TooManyTagsException', 'A resource can have at most 50 tags.', { members: { resourceName } });
