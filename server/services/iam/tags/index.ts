import type { Feature, Platform } from '../../../platform.ts';
import { entityTagOperations, listPolicyTags, tagPolicy, untagPolicy } from './operations.ts';

export const tagsFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    ...entityTagOperations(platform, 'User'),
    ...entityTagOperations(platform, 'Role'),
    ...entityTagOperations(platform, 'InstanceProfile'),
    TagPolicy: tagPolicy(platform),
    UntagPolicy: untagPolicy(platform),
    ListPolicyTags: listPolicyTags(platform),
  },
});
