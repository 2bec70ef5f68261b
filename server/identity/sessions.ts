import type { Credentials } from './identity.ts';
import { newKeyId, newSecret } from './ids.ts';
import type { Seal } from './seal.ts';

/** Who a session's credentials stand for. `id` is the unique id: a user or role made anew under the name is another. */
export type SessionSubject =
  | { readonly type: 'root' }
  | { readonly type: 'user'; readonly name: string; readonly id: string }
  | { readonly type: 'federated'; readonly name: string; readonly id: string; readonly federatedName: string }
  | { readonly type: 'role'; readonly name: string; readonly id: string; readonly sessionName: string };

export interface Session {
  readonly accountId: string;
  readonly subject: SessionSubject;
  readonly policies?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
}

/** What a session token holds. */
export interface OpenedSession extends Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** In milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const PURPOSE = 'session';

/**
 * Sessions live in their token alone, sealed with the home's key: nothing is stored, so they outlive every restart, and
 * there is no end to how many there may be.
 */
export interface Sessions {
  start(session: Session, seconds: number, now: Date): OpenedSession;
  /** What its holder is given. Sealing costs something, and who only wants to know a caller's rights needs no token. */
  credentialsOf(session: OpenedSession): Required<Credentials>;
  /** Undefined for a token that is not ours, or belongs to another key id. */
  open(accessKeyId: string, token: string): OpenedSession | undefined;
}

export const createSessions = ({ seal, open }: Seal): Sessions => ({
  start: (session, seconds, now) => ({
    ...session,
    accessKeyId: newKeyId('ASIA', session.accountId),
    secretAccessKey: newSecret(),
    issuedAt: now.getTime(),
    // AWS gives whole seconds, and clients compare what they were told with what they see later.
    expiresAt: Math.floor(now.getTime() / 1000 + seconds) * 1000,
  }),
  credentialsOf: (session) => ({
    accessKeyId: session.accessKeyId,
    secretAccessKey: session.secretAccessKey,
    sessionToken: seal(PURPOSE, JSON.stringify(session)),
    expiration: new Date(session.expiresAt),
  }),
  open(accessKeyId, token) {
    const text = open(PURPOSE, token);
    if (text === undefined) return undefined;
    const session = JSON.parse(text) as OpenedSession;
    return session.accessKeyId === accessKeyId ? session : undefined;
  },
});
