import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Directory } from './directory.ts';
import type { Authenticated } from './identity.ts';
import { accessKeys } from './kinds.ts';

const FIFTEEN_MINUTES = 15 * 60 * 1000;

/**
 * Remembers when users' keys were used last, for GetAccessKeyLastUsed. To a quarter of an hour, so that a request does
 * not cost a write.
 */
export function createKeyUse(directory: Directory, clock: Clock, log: Logger) {
  const writing = new Set<string>();
  return {
    note({ caller, signingName: service, region }: Authenticated): void {
      if (caller.kind !== 'user') return;
      const key = directory.accessKey(caller.accessKeyId);
      const now = clock.now();
      const last = key?.doc.lastUsed && Date.parse(key.doc.lastUsed.at);
      if (!key || (last !== undefined && now.getTime() - last < FIFTEEN_MINUTES) || writing.has(key.name)) return;
      writing.add(key.name);
      const lastUsed = { at: now.toISOString(), service, region };
      directory
        .update(accessKeys, key.accountId, key.name, (doc) => ({ ...doc, lastUsed }))
        // The key may have been deleted meanwhile; its last use is then of no interest.
        .catch((error) => log.warn('the last use of an access key was not recorded', { error }))
        .finally(() => writing.delete(key.name));
    },
  };
}
