import type { ListEntitiesForPolicyCommandInput, ListEntitiesForPolicyCommandOutput } from '@aws-sdk/client-iam';
import { requirePolicy } from '../../../identity/directory.ts';
import type { Entity } from '../../../identity/kinds.ts';
import { ofFirstPartition } from '../../../identity/policies/partitions.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { entityTypes } from '../entity-types.ts';
import { pageOf } from '../paging.ts';
import { onArn } from '../permissions.ts';

/** Who has a policy, attached or as boundary. */
export const listEntitiesForPolicy = ({
  identity: { directory },
}: Platform): Operation<ListEntitiesForPolicyCommandInput, ListEntitiesForPolicyCommandOutput> => ({
  permissions: ({ PolicyArn }, context) => onArn(PolicyArn, context),
  handle(input, { accountId }) {
    const { EntityFilter, PathPrefix = '/', PolicyUsageFilter } = input;
    const arn = ofFirstPartition(input.PolicyArn!);
    requirePolicy(directory, arn);
    const uses = (entity: Entity & { permissionsBoundary?: string }) =>
      (PolicyUsageFilter !== 'PermissionsBoundary' && entity.attachedPolicies.includes(arn)) ||
      (PolicyUsageFilter !== 'PermissionsPolicy' && entity.permissionsBoundary === arn);
    const found = entityTypes
      .filter(({ label }) => EntityFilter === undefined || EntityFilter === label)
      .flatMap(({ kind, label }) =>
        directory
          .all(kind, accountId)
          .filter(({ doc }) => uses(doc) && doc.path.startsWith(PathPrefix))
          .map(({ name, doc }) => ({ label, name, id: doc.id })),
      );
    const [page, end] = pageOf(found, ({ label, name }) => `${label}/${name}`, input);
    const of = (wanted: string) => page.filter(({ label }) => label === wanted);
    return {
      PolicyUsers: of('User').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of('Role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      PolicyGroups: of('Group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      ...end,
    };
  },
});
