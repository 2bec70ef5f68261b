import type {
  AddRoleToInstanceProfileCommandInput,
  AddRoleToInstanceProfileCommandOutput,
  ListInstanceProfilesForRoleCommandInput,
  ListInstanceProfilesForRoleCommandOutput,
  RemoveRoleFromInstanceProfileCommandInput,
  RemoveRoleFromInstanceProfileCommandOutput,
} from '@aws-sdk/client-iam';
import { iamScope, instanceProfiles, roles } from '../../../identity/kinds.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { instanceProfileAnswer, profilesOfRole } from '../answers.ts';
import { limitExceeded } from '../errors.ts';
import { pageOf } from '../paging.ts';
import { entityArn, onEntity } from '../permissions.ts';
import { onProfile } from './operations.ts';

export const addRoleToInstanceProfile = (
  platform: Platform,
): Operation<AddRoleToInstanceProfileCommandInput, AddRoleToInstanceProfileCommandOutput> => ({
  permissions: (input, context) => [
    ...onProfile(platform)(input, context),
    { action: 'iam:PassRole', resource: entityArn(platform, context.accountId, 'role', input.RoleName!) },
  ],
  async handle({ InstanceProfileName, RoleName }, { accountId }) {
    const role = await platform.resources.get(roles, iamScope(accountId), RoleName!);
    await platform.identity.directory.update(instanceProfiles, accountId, InstanceProfileName!, (profile) => {
      if (profile.role !== undefined) throw limitExceeded('InstanceSessionsPerInstanceProfile', 1);
      return { ...profile, role: role.name };
    });
    return {};
  },
});

export const removeRoleFromInstanceProfile = (
  platform: Platform,
): Operation<RemoveRoleFromInstanceProfileCommandInput, RemoveRoleFromInstanceProfileCommandOutput> => ({
  permissions: onProfile(platform),
  async handle({ InstanceProfileName, RoleName }, { accountId }) {
    await platform.identity.directory.update(instanceProfiles, accountId, InstanceProfileName!, (profile) => {
      if (profile.role !== RoleName) throw roles.notFound(RoleName!, iamScope(accountId));
      const { role: _, ...rest } = profile;
      return rest;
    });
    return {};
  },
});

export const listInstanceProfilesForRole = (
  platform: Platform,
): Operation<ListInstanceProfilesForRoleCommandInput, ListInstanceProfilesForRoleCommandOutput> => ({
  permissions: ({ RoleName }, context) => onEntity(platform, 'role', RoleName, context),
  async handle({ RoleName, ...request }, { accountId }) {
    const { directory } = platform.identity;
    const role = await platform.resources.get(roles, iamScope(accountId), RoleName!);
    const profiles = profilesOfRole(directory, accountId, role.name);
    const [page, end] = pageOf(profiles, ({ name }) => name, request);
    return { InstanceProfiles: page.map((profile) => instanceProfileAnswer(profile, directory)), ...end };
  },
});
