import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';
import { groupsFeature } from './groups/index.ts';
import { rolesFeature } from './roles/index.ts';
import { usersFeature } from './users/index.ts';

const platform = { identity: {} } as Platform;
const operations = {
  ...usersFeature(platform).operations,
  ...rolesFeature(platform).operations,
  ...groupsFeature(platform).operations,
};
const asked = (operation: string, input: object) =>
  operations[operation]!.permissions!(input, { operation, accountId: '111122223333' } as RequestContext);

describe('the right to make', () => {
  it('a user, role or group is the right to its ARN with the path that it is to have', () => {
    const permissions = [
      asked('CreateUser', { UserName: 'u', Path: '/x/' }),
      asked('CreateRole', { RoleName: 'r', Path: '/x/', AssumeRolePolicyDocument: '' }),
      asked('CreateGroup', { GroupName: 'g' }),
    ];
    assert.deepEqual(
      permissions.flat().map(({ action, resource }) => [action, resource]),
      [
        ['iam:CreateUser', 'arn:aws:iam::111122223333:user/x/u'],
        ['iam:CreateRole', 'arn:aws:iam::111122223333:role/x/r'],
        ['iam:CreateGroup', 'arn:aws:iam::111122223333:group/g'],
      ],
    );
  });

  it('a user or role with a boundary depends on which one it is', () => {
    const PermissionsBoundary = 'arn:aws:iam::aws:policy/B';
    for (const [operation, name] of [
      ['CreateUser', 'UserName'],
      ['CreateRole', 'RoleName'],
    ] as const) {
      const [permission] = asked(operation, { [name]: 'x', PermissionsBoundary });
      assert.deepEqual(permission!.conditions, { 'iam:PermissionsBoundary': PermissionsBoundary });
    }
  });
});
