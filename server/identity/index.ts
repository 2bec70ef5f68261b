import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { ResourceStore } from '../resources/resource-store.ts';
import { createRoleAssumption } from './assume-role.ts';
import { createAuthorizer } from './authorizer.ts';
import { openCredentialsFile } from './credentials-file.ts';
import { makeDefaultRoles } from './default-roles.ts';
import { openDirectory } from './directory.ts';
import { authenticateForm } from './form-signature.ts';
import type { Identity } from './identity.ts';
import { createKeyRing, sealSecret } from './key-ring.ts';
import { createKeyUse } from './key-use.ts';
import { tagsOfResources } from './resource-tags.ts';
import { createSeal } from './seal.ts';
import { createSessions } from './sessions.ts';
import { authenticatePresignedV2, isPresignedV2 } from './sigv2.ts';
import { createAuthenticate } from './sigv4/authenticate.ts';
import { decodePayload, verifyPayload } from './sigv4/payload.ts';

/** What identity is built on. The home's folder exists already. */
export interface Foundations {
  readonly config: Config;
  readonly resources: ResourceStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens accounts and keys, making the first account with its root key and roles at the first start. */
export async function openIdentity({ config, resources, clock, log }: Foundations): Promise<Identity> {
  const file = await openCredentialsFile(config, clock.now());
  const seal = createSeal(Buffer.from(file.sealingKey, 'base64'));
  const directory = await openDirectory(resources);
  const sessions = createSessions(seal);
  const keys = createKeyRing(file, directory, sessions, seal);
  const authenticate = createAuthenticate(keys);
  const authorizer = createAuthorizer(directory);
  const assumption = createRoleAssumption(directory, authorizer, sessions, clock);
  const keyUse = createKeyUse(directory, clock, log);
  await makeDefaultRoles(directory, file.accountId, clock);
  log.info('identity is open', { accountId: file.accountId });

  return {
    rootAccount: {
      accountId: file.accountId,
      createdAt: new Date(file.createdAt),
      credentials: { accessKeyId: file.accessKeyId, secretAccessKey: file.secretAccessKey },
    },
    directory,
    authenticate(head, body) {
      const now = clock.now().getTime();
      const authenticated = isPresignedV2(head)
        ? authenticatePresignedV2(keys, head, now)
        : authenticate(head, body, now);
      if (authenticated) keyUse.note(authenticated);
      return authenticated;
    },
    authenticateForm(fields) {
      const authenticated = authenticateForm(keys, fields, clock.now().getTime());
      if (authenticated) keyUse.note(authenticated);
      return authenticated;
    },
    decodePayload,
    verifyPayload,
    authorize: authorizer.authorize,
    isAllowed: (caller, permission, facts) => authorizer.decisionOn(caller, permission, facts).effect === 'allowed',
    resourceTags: (caller, permissions) =>
      authorizer.asksForResourceTags(caller) ? tagsOfResources(permissions, directory, resources) : undefined,
    assumeForService: async (...request) => assumption.assumeForService(...request),
    assumeRole: assumption.assumeRole,
    startSession: assumption.startSession,
    sealSecret: (accessKeyId, secret) => sealSecret(seal, accessKeyId, secret),
    callerOf(accessKeyId, sessionToken) {
      const holder = keys.holderOf(accessKeyId, sessionToken, clock.now().getTime());
      return typeof holder === 'string' ? undefined : holder.caller;
    },
    async clear() {
      await directory.reload();
      await makeDefaultRoles(directory, file.accountId, clock);
    },
  };
}
