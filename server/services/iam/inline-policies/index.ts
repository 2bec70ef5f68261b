import type { Feature, Platform } from '../../../platform.ts';
import { entityTypes } from '../entity-types.ts';
import { inlinePolicyOperations } from './operations.ts';

export const inlinePoliciesFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: Object.assign({}, ...entityTypes.map((type) => inlinePolicyOperations(platform, type))),
});
