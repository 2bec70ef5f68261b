import type { Feature, Platform } from '../../../platform.ts';
import { createPolicy, deletePolicy, getPolicy, listPolicies } from './operations.ts';
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './versions.ts';

export const policiesFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    CreatePolicy: createPolicy(platform),
    GetPolicy: getPolicy(platform),
    ListPolicies: listPolicies(platform),
    DeletePolicy: deletePolicy(platform),
    CreatePolicyVersion: createPolicyVersion(platform),
    GetPolicyVersion: getPolicyVersion(platform),
    ListPolicyVersions: listPolicyVersions(platform),
    SetDefaultPolicyVersion: setDefaultPolicyVersion(platform),
    DeletePolicyVersion: deletePolicyVersion(platform),
  },
});
