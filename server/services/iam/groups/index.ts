import type { Feature, Platform } from '../../../platform.ts';
import { addUserToGroup, listGroupsForUser, removeUserFromGroup } from './membership.ts';
import { createGroup, deleteGroup, getGroup, listGroups } from './operations.ts';

export const groupsFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    CreateGroup: createGroup(platform),
    GetGroup: getGroup(platform),
    ListGroups: listGroups(platform),
    DeleteGroup: deleteGroup(platform),
    AddUserToGroup: addUserToGroup(platform),
    RemoveUserFromGroup: removeUserFromGroup(platform),
    ListGroupsForUser: listGroupsForUser(platform),
  },
});
