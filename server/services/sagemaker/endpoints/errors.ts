import { validationError } from '../../../errors.ts';
import type { Scope } from '../../../scope.ts';
import { endpointArn } from './resource.ts';

/** For every change of an endpoint that is still being created, updated or deleted. */
export const endpointInProgress = (scope: Scope, name: string) =>
  validationError(`Cannot update in-progress endpoint "${endpointArn(scope, name)}".`);

export const endpointFailed = (scope: Scope, name: string) =>
  validationError(
    `Cannot update endpoint "${endpointArn(scope, name)}" with status "Failed". Delete it and create it again.`,
  );

export const variantNotFound = (scope: Scope, name: string, variant: string) =>
  validationError(`Could not find production variant "${variant}" of endpoint "${endpointArn(scope, name)}".`);
