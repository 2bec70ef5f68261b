import type { Feature, Platform } from '../../../platform.ts';
import { entityTypes } from '../entity-types.ts';
import { listEntitiesForPolicy } from './entities.ts';
import { attachedPolicyOperations } from './operations.ts';

export const attachedPoliciesFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: Object.assign(
    { ListEntitiesForPolicy: listEntitiesForPolicy(platform) },
    ...entityTypes.map((type) => attachedPolicyOperations(platform, type)),
  ),
});
