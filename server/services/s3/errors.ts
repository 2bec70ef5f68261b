import { ServiceError } from '../../errors.ts';

export const invalidArgument = (message: string, name: string, value: unknown) =>
  new ServiceError('InvalidArgument', message, { members: { ArgumentName: name, ArgumentValue: value } });

export const invalidRequest = (message: string) => new ServiceError('InvalidRequest', message);

export const malformedXml = () =>
  new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const notImplemented = (what: string) =>
  new ServiceError('NotImplemented', `A header you provided implies functionality that is not implemented: ${what}.`, {
    status: 501,
  });

export const notModified = () => new ServiceError('NotModified', 'Not Modified', { status: 304 });

export const entityTooLarge = (size: number, limit: number) =>
  new ServiceError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    members: { ProposedSize: size, MaxSizeAllowed: limit },
  });
