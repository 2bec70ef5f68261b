import { ServiceError } from '../../errors.ts';

/* The codes are those of the Query protocol, which CloudWatch documents and which every client shows. */
export const invalidValue = (message: string) => new ServiceError('InvalidParameterValue', message);

export const invalidCombination = (message: string) => new ServiceError('InvalidParameterCombination', message);

export const missingParameter = (message: string) => new ServiceError('MissingParameter', message);

export const validationError = (message: string) => new ServiceError('ValidationError', message);

export const invalidNextToken = () => new ServiceError('InvalidNextToken', 'The next token specified is invalid.');
