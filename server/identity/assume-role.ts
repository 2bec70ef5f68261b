import type { Clock } from '../clock.ts';
import { accessDenied, validationError } from '../errors.ts';
import type { Resource } from '../resources/resource-store.ts';
import type { Authorizer } from './authorizer.ts';
import type { Directory } from './directory.ts';
import type { AuthorizationFacts, Caller, Credentials, Identity } from './identity.ts';
import { inherited } from './inheritance.ts';
import { callerOfSession } from './key-ring.ts';
import { iamArn, type Role } from './kinds.ts';
import { compilePolicy } from './policies/compile.ts';
import { policyRequest } from './policies/context-keys.ts';
import { decide } from './policies/decide.ts';
import type { Session, Sessions } from './sessions.ts';
import { stsValidationError } from './sts-errors.ts';

export interface StartedSession {
  readonly caller: Caller;
  readonly credentials: Required<Credentials>;
}

/** How a caller wants to assume a role. */
export interface RoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly policies?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  /** Those of `tags` that pass on to the roles which the session assumes. */
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** Condition keys of the request, such as `sts:ExternalId`. */
  readonly conditions: Readonly<Record<string, string | readonly string[]>>;
  readonly facts: AuthorizationFacts;
}

export interface RoleAssumption {
  startSession(session: Session, seconds: number): StartedSession;
  /** See `Identity.assumeForService`. */
  assumeForService(...request: Parameters<Identity['assumeForService']>): StartedSession;
  /** As sts:AssumeRole. Throws AccessDeniedException, and ValidationError for a time that is too long. */
  assumeRole(caller: Caller, request: RoleRequest): StartedSession;
}

const ONE_HOUR = 3600;

export function createRoleAssumption(
  directory: Directory,
  authorizer: Authorizer,
  sessions: Sessions,
  clock: Clock,
): RoleAssumption {
  function startSession(session: Session, seconds: number): StartedSession {
    const opened = sessions.start(session, seconds, clock.now());
    const caller = callerOfSession(opened, directory);
    if (!caller) throw accessDenied('The role or user is being deleted.');
    return {
      caller,
      get credentials() {
        return sessions.credentialsOf(opened);
      },
    };
  }

  const startRoleSession = (
    { accountId, name, doc }: Resource<Role>,
    { sessionName, durationSeconds, ...session }: Omit<RoleRequest, 'roleArn' | 'conditions' | 'facts'>,
  ): StartedSession =>
    startSession({ accountId, subject: { type: 'role', name, id: doc.id, sessionName }, ...session }, durationSeconds);

  return {
    startSession,
    assumeForService(roleArn, service, sessionName, { durationSeconds = ONE_HOUR, sourceArn } = {}) {
      const role = roleByArn(directory, roleArn);
      if (!role || !trustsService(role, service, sourceArn, clock.now())) {
        throw validationError(
          `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal '${service}' ` +
            'to assume the role.',
        );
      }
      return startRoleSession(role, { sessionName: sessionName.slice(0, 64), durationSeconds });
    },
    assumeRole(caller, request) {
      const { roleArn, durationSeconds, conditions } = request;
      const role = roleByArn(directory, roleArn);
      // A role that is not there and one that may not be assumed look alike, so that nobody can try out names.
      if (!role) throw refusal(caller, 'sts:AssumeRole', roleArn);
      const facts = { ...request.facts, resourceAccountId: role.accountId };
      const passedOn = inherited(caller, request);
      for (const action of actionsOf(request, passedOn)) {
        const permission = { action, resource: roleArn, conditions };
        if (authorizer.decisionOn(caller, permission, facts, role.doc).effect === 'allowed') continue;
        throw refusal(caller, action, roleArn);
      }
      checkDuration(caller, role.doc, durationSeconds);
      const { sessionName, policies } = request;
      return startRoleSession(role, { sessionName, durationSeconds, policies, ...passedOn });
    },
  };
}

function actionsOf({ tags }: RoleRequest, { sourceIdentity }: Pick<RoleRequest, 'sourceIdentity'>): string[] {
  const actions = ['sts:AssumeRole'];
  if (tags) actions.push('sts:TagSession');
  if (sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
  return actions;
}

const refusal = (caller: Caller, action: string, roleArn: string) =>
  accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}`);

function checkDuration(caller: Caller, role: Role, seconds: number): void {
  if (caller.kind === 'assumed-role' && seconds > ONE_HOUR) {
    throw stsValidationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw stsValidationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}

export function roleByArn(directory: Directory, arn: string): Resource<Role> | undefined {
  const match = /^arn:aws[a-z-]*:iam::(\d{12}):role(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})$/.exec(arn);
  const [, accountId = '', path, name = ''] = match ?? [];
  const role = match && directory.role(accountId, name);
  return role && role.doc.path === path ? role : undefined;
}

function trustsService(
  { accountId, name, doc }: Resource<Role>,
  service: string,
  sourceArn: string | undefined,
  now: Date,
): boolean {
  const arn = iamArn(accountId, `role${doc.path}${name}`);
  const caller: Caller = { kind: 'anonymous', accountId, arn: service, userId: service, accessKeyId: '' };
  // A service always acts for one resource of the account, which trust policies check against confused deputies.
  const conditions = { 'aws:SourceAccount': accountId, ...(sourceArn !== undefined && { 'aws:SourceArn': sourceArn }) };
  const permission = { action: 'sts:AssumeRole', resource: arn, conditions };
  const policies = { identity: [], resource: compilePolicy(doc.trustPolicy, 'trust'), resourceMustAllow: true };
  return (
    decide(policies, policyRequest({ caller, service }, permission, { now, secureTransport: true })).effect ===
    'allowed'
  );
}
