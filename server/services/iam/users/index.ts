import type { Feature, Platform } from '../../../platform.ts';
import {
  createUser,
  deleteUser,
  deleteUserPermissionsBoundary,
  getUser,
  listUsers,
  putUserPermissionsBoundary,
  updateUser,
} from './operations.ts';

export const usersFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    CreateUser: createUser(platform),
    GetUser: getUser(platform),
    ListUsers: listUsers(platform),
    UpdateUser: updateUser(platform),
    DeleteUser: deleteUser(platform),
    PutUserPermissionsBoundary: putUserPermissionsBoundary(platform),
    DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary(platform),
  },
});
