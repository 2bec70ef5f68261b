import type {
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  DeleteRoleCommandOutput,
  DeleteRolePermissionsBoundaryCommandInput,
  DeleteRolePermissionsBoundaryCommandOutput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  ListRolesCommandInput,
  ListRolesCommandOutput,
  PutRolePermissionsBoundaryCommandInput,
  PutRolePermissionsBoundaryCommandOutput,
  UpdateAssumeRolePolicyCommandInput,
  UpdateAssumeRolePolicyCommandOutput,
  UpdateRoleCommandInput,
  UpdateRoleCommandOutput,
  UpdateRoleDescriptionCommandInput,
  UpdateRoleDescriptionCommandOutput,
} from '@aws-sdk/client-iam';
import { requirePolicy } from '../../../identity/directory.ts';
import { newId } from '../../../identity/ids.ts';
import { iamScope, type Role, roles } from '../../../identity/kinds.ts';
import { ofFirstPartition } from '../../../identity/policies/partitions.ts';
import type { Operation, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { listedRole, profilesOfRole, roleAnswer } from '../answers.ts';
import { deleteConflict, rolesInProfile } from '../errors.ts';
import { requireFreeName } from '../names.ts';
import { pageEnd, storeQuery } from '../paging.ts';
import { onArn, onEntity, onNewEntity } from '../permissions.ts';
import { tagConditions, tagsOf } from '../tag-list.ts';
import { checkedTrustPolicy } from './trust-policy.ts';

const ONE_HOUR = 3600;

const onRole =
  (platform: Platform) =>
  ({ RoleName }: { RoleName?: string }, context: RequestContext) =>
    onEntity(platform, 'role', RoleName, context);

export const createRole = (platform: Platform): Operation<CreateRoleCommandInput, CreateRoleCommandOutput> => ({
  permissions: ({ RoleName, Path, Tags, PermissionsBoundary }, context) =>
    onNewEntity('role', RoleName, Path, context, {
      ...tagConditions(Tags),
      ...(PermissionsBoundary ? { 'iam:PermissionsBoundary': PermissionsBoundary } : {}),
    }),
  async handle(input, { accountId, now }) {
    const { directory } = platform.identity;
    const { RoleName, Path = '/', Description, MaxSessionDuration = ONE_HOUR, PermissionsBoundary, Tags } = input;
    requireFreeName(directory, roles, accountId, RoleName!);
    if (PermissionsBoundary !== undefined) requirePolicy(directory, PermissionsBoundary);
    const role: Role = {
      id: newId('AROA'),
      path: Path,
      createdAt: now.toISOString(),
      description: Description,
      trustPolicy: checkedTrustPolicy(input.AssumeRolePolicyDocument!),
      maxSessionSeconds: MaxSessionDuration,
      inlinePolicies: {},
      attachedPolicies: [],
      tags: tagsOf(Tags),
      permissionsBoundary: PermissionsBoundary && ofFirstPartition(PermissionsBoundary),
    };
    const { RoleLastUsed: _, ...answer } = roleAnswer(await directory.create(roles, accountId, RoleName!, role));
    return { Role: answer };
  },
});

export const getRole = (platform: Platform): Operation<GetRoleCommandInput, GetRoleCommandOutput> => ({
  permissions: onRole(platform),
  async handle({ RoleName }, { accountId }) {
    return { Role: roleAnswer(await platform.resources.get(roles, iamScope(accountId), RoleName!)) };
  },
});

export const listRoles = ({ resources }: Platform): Operation<ListRolesCommandInput, ListRolesCommandOutput> => ({
  permissions: (_, context) => onArn('*', context),
  async handle({ PathPrefix = '/', ...request }, { accountId }) {
    const page = await resources.list(roles, iamScope(accountId), storeQuery(request));
    const Roles = page.items.filter(({ doc }) => doc.path.startsWith(PathPrefix)).map(listedRole);
    return { Roles, ...pageEnd(page) };
  },
});

export const updateRole = (platform: Platform): Operation<UpdateRoleCommandInput, UpdateRoleCommandOutput> => ({
  permissions: onRole(platform),
  async handle({ RoleName, Description, MaxSessionDuration }, { accountId }) {
    await platform.identity.directory.update(roles, accountId, RoleName!, (role) => ({
      ...role,
      description: Description ?? role.description,
      // What is left out goes back to its default, unlike the description.
      maxSessionSeconds: MaxSessionDuration ?? ONE_HOUR,
    }));
    return {};
  },
});

export const updateRoleDescription = (
  platform: Platform,
): Operation<UpdateRoleDescriptionCommandInput, UpdateRoleDescriptionCommandOutput> => ({
  permissions: onRole(platform),
  async handle({ RoleName, Description }, { accountId }) {
    const { directory } = platform.identity;
    const change = (role: Role): Role => ({ ...role, description: Description });
    return { Role: roleAnswer(await directory.update(roles, accountId, RoleName!, change)) };
  },
});

export const updateAssumeRolePolicy = (
  platform: Platform,
): Operation<UpdateAssumeRolePolicyCommandInput, UpdateAssumeRolePolicyCommandOutput> => ({
  permissions: onRole(platform),
  async handle({ RoleName, PolicyDocument }, { accountId }) {
    const trustPolicy = checkedTrustPolicy(PolicyDocument!);
    await platform.identity.directory.update(roles, accountId, RoleName!, (role) => ({ ...role, trustPolicy }));
    return {};
  },
});

export const deleteRole = (platform: Platform): Operation<DeleteRoleCommandInput, DeleteRoleCommandOutput> => ({
  permissions: onRole(platform),
  async handle({ RoleName }, { accountId }) {
    const { directory } = platform.identity;
    await directory.delete(roles, accountId, RoleName!, (role) => {
      if (profilesOfRole(directory, accountId, RoleName!).length > 0) throw rolesInProfile();
      if (role.attachedPolicies.length > 0) {
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      }
      if (Object.keys(role.inlinePolicies).length > 0) {
        throw deleteConflict('Cannot delete entity, must delete policies first.');
      }
    });
    return {};
  },
});

export const putRolePermissionsBoundary = (
  platform: Platform,
): Operation<PutRolePermissionsBoundaryCommandInput, PutRolePermissionsBoundaryCommandOutput> => ({
  permissions: ({ RoleName, PermissionsBoundary }, context) =>
    onEntity(platform, 'role', RoleName, context, { 'iam:PermissionsBoundary': PermissionsBoundary ?? '' }),
  async handle({ RoleName, PermissionsBoundary }, { accountId }) {
    const { directory } = platform.identity;
    requirePolicy(directory, PermissionsBoundary!);
    await directory.update(roles, accountId, RoleName!, (role) => ({
      ...role,
      permissionsBoundary: ofFirstPartition(PermissionsBoundary!),
    }));
    return {};
  },
});

export const deleteRolePermissionsBoundary = (
  platform: Platform,
): Operation<DeleteRolePermissionsBoundaryCommandInput, DeleteRolePermissionsBoundaryCommandOutput> => ({
  permissions: onRole(platform),
  async handle({ RoleName }, { accountId }) {
    await platform.identity.directory.update(
      roles,
      accountId,
      RoleName!,
      ({ permissionsBoundary: _, ...role }) => role,
    );
    return {};
  },
});
