import type { Permission } from '../operations.ts';
import type { ResourceStore, Tag } from '../resources/resource-store.ts';
import type { Directory } from './directory.ts';
import type { AuthorizationFacts } from './identity.ts';

const IAM_ARN = /^arn:[^:]+:iam::(\d{12}):(user|role|policy|instance-profile)\/(?:.*\/)?([^/]+)$/;

const TABLES: Readonly<Record<string, 'user' | 'role' | 'policy' | 'instanceProfile'>> = {
  user: 'user',
  role: 'role',
  policy: 'policy',
  'instance-profile': 'instanceProfile',
};

/** The tags of the resources that permissions are for, by ARN. */
export async function tagsOfResources(
  permissions: readonly Permission[],
  directory: Directory,
  resources: ResourceStore,
): Promise<AuthorizationFacts['resourceTags']> {
  const arns = new Set(permissions.map(({ resource }) => resource).filter((resource) => resource !== '*'));
  const tagsOf = async (arn: string): Promise<readonly Tag[]> => {
    const [, accountId, type, name] = IAM_ARN.exec(arn) ?? [];
    if (type === undefined) return resources.tags(arn);
    return directory[TABLES[type]!](accountId!, name!)?.doc.tags ?? [];
  };
  return new Map(await Promise.all([...arns].map(async (arn) => [arn, await tagsOf(arn)] as const)));
}
