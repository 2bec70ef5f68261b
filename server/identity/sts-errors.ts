import { ServiceError } from '../errors.ts';

/** Query services spell it without `Exception`. */
export const stsValidationError = (message: string) => new ServiceError('ValidationError', message);
