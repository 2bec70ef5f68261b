import { type ServiceError, validationError } from '../../errors.ts';

/**
 * For a request that asks for something this platform does not do: refused before anything is stored, since a setting
 * that is accepted and then ignored would be a promise broken in silence.
 */
export const notSupported = (field: string, instead: string): ServiceError =>
  validationError(`${field} is not supported by this platform. ${instead}`);

/** Refuses the first field that is there; `fields` maps each to what would be right instead. */
export function refuse(input: object, fields: Readonly<Record<string, string>>, prefix = ''): void {
  for (const [field, instead] of Object.entries(fields)) {
    if (isGiven((input as Record<string, unknown>)[field])) throw notSupported(prefix + field, instead);
  }
}

/** Empty lists and objects ask for nothing: SDKs send them by default. */
const isGiven = (value: unknown): boolean => {
  if (value === undefined || value === null || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
};
