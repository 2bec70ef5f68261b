import type { PrincipalBlock } from './document.ts';
import { ofFirstPartition } from './partitions.ts';
import type { PrincipalFacts } from './request.ts';

/**
 * How closely a Principal element names the one who asks, from not at all to exactly. `account`: its account, which
 * leaves the decision to the account's own policies. `role`: the role behind a session. `exact`: user, session or
 * service itself, or everybody.
 */
export type PrincipalMatch = 'none' | 'account' | 'role' | 'exact';

const ORDER: readonly PrincipalMatch[] = ['none', 'account', 'role', 'exact'];

export const closer = (a: PrincipalMatch, b: PrincipalMatch): PrincipalMatch =>
  ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;

export function matchPrincipal(block: PrincipalBlock, principal: PrincipalFacts): PrincipalMatch {
  if (block === '*') return 'exact';
  let best: PrincipalMatch = 'none';
  if (principal.service !== undefined) return block.Service?.includes(principal.service) ? 'exact' : 'none';
  for (const name of block.AWS ?? []) best = closer(best, matchAws(name, principal));
  return best;
}

function matchAws(given: string, principal: PrincipalFacts): PrincipalMatch {
  const name = ofFirstPartition(given);
  if (name === '*') return 'exact';
  if (principal.isAnonymous) return 'none';
  if (name === principal.arn && !principal.isRoot) return 'exact';
  if (name === principal.roleArn) return 'role';
  const account = /^\d{12}$/.test(name) ? name : /^arn:[a-z-]+:iam::(\d{12}):root$/.exec(name)?.[1];
  return account === principal.accountId ? 'account' : 'none';
}
