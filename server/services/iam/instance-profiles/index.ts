import type { Feature, Platform } from '../../../platform.ts';
import {
  createInstanceProfile,
  deleteInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
} from './operations.ts';
import { addRoleToInstanceProfile, listInstanceProfilesForRole, removeRoleFromInstanceProfile } from './roles.ts';

export const instanceProfilesFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    CreateInstanceProfile: createInstanceProfile(platform),
    GetInstanceProfile: getInstanceProfile(platform),
    ListInstanceProfiles: listInstanceProfiles(platform),
    DeleteInstanceProfile: deleteInstanceProfile(platform),
    AddRoleToInstanceProfile: addRoleToInstanceProfile(platform),
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile(platform),
    ListInstanceProfilesForRole: listInstanceProfilesForRole(platform),
  },
});
