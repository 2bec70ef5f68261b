import type { Feature, Platform } from '../../platform.ts';
import { accessKeysFeature } from './access-keys/index.ts';
import { accountFeature } from './account/index.ts';
import { attachedPoliciesFeature } from './attached-policies/index.ts';
import { groupsFeature } from './groups/index.ts';
import { inlinePoliciesFeature } from './inline-policies/index.ts';
import { instanceProfilesFeature } from './instance-profiles/index.ts';
import { policiesFeature } from './policies/index.ts';
import { rolesFeature } from './roles/index.ts';
import { simulationFeature } from './simulation/index.ts';
import { tagsFeature } from './tags/index.ts';
import { usersFeature } from './users/index.ts';

/** Every room of IAM that the server opens. */
export const iamFeatures = (platform: Platform): Feature[] => [
  usersFeature(platform),
  accessKeysFeature(platform),
  groupsFeature(platform),
  rolesFeature(platform),
  instanceProfilesFeature(platform),
  policiesFeature(platform),
  attachedPoliciesFeature(platform),
  inlinePoliciesFeature(platform),
  tagsFeature(platform),
  simulationFeature(platform),
  accountFeature(platform),
];
