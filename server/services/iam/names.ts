import type { Directory } from '../../identity/directory.ts';
import { iamScope } from '../../identity/kinds.ts';
import type { Kind } from '../../resources/resource-store.ts';

/** Names of IAM are not told apart by letter case. Throws EntityAlreadyExists when one differs in that alone. */
export function requireFreeName<Doc>(directory: Directory, kind: Kind<Doc>, accountId: string, name: string): void {
  const lower = name.toLowerCase();
  const twin = directory.all(kind, accountId).find((each) => each.name.toLowerCase() === lower);
  if (twin) throw kind.alreadyExists(name, iamScope(accountId));
}
