import type { Feature, Platform } from '../../../platform.ts';
import {
  createRole,
  deleteRole,
  deleteRolePermissionsBoundary,
  getRole,
  listRoles,
  putRolePermissionsBoundary,
  updateAssumeRolePolicy,
  updateRole,
  updateRoleDescription,
} from './operations.ts';
import { createServiceLinkedRole } from './service-linked-roles.ts';

export const rolesFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    CreateRole: createRole(platform),
    CreateServiceLinkedRole: createServiceLinkedRole(platform),
    GetRole: getRole(platform),
    ListRoles: listRoles(platform),
    UpdateRole: updateRole(platform),
    UpdateRoleDescription: updateRoleDescription(platform),
    UpdateAssumeRolePolicy: updateAssumeRolePolicy(platform),
    DeleteRole: deleteRole(platform),
    PutRolePermissionsBoundary: putRolePermissionsBoundary(platform),
    DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary(platform),
  },
});
