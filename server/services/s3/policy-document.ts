import { ServiceError } from '../../errors.ts';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: object;
}

export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

const MAX_POLICY_BYTES = 20 * 1024;

const malformed = (message: string) => new ServiceError('MalformedPolicy', message);

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

const checkStatement = (statement: Record<string, unknown>, bucket: string): Statement => {
  if (typeof statement !== 'object' || statement === null) throw malformed('Invalid policy syntax.');
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed(`Invalid effect: ${String(Effect)}`);
  if (Principal === undefined && NotPrincipal === undefined) throw malformed('Missing required field Principal');
  const actions = listOf(Action ?? NotAction);
  if (actions.length === 0) throw malformed('Missing required field Action');
  const isS3Action = (action: unknown) => action === '*' || /^s3:[\w*?]+$/i.test(String(action));
  if (!actions.every(isS3Action)) throw malformed('Policy has invalid action');
  const resources = listOf(Resource ?? NotResource);
  if (resources.length === 0) throw malformed('Missing required field Resource');
  const isOwn = (resource: unknown) => /^arn:[\w*-]+:s3:::([^/]+)/.exec(String(resource))?.[1] === bucket;
  if (!resources.every(isOwn)) throw malformed('Policy has invalid resource');
  return statement as unknown as Statement;
};

/** Reads a bucket's policy. Throws MalformedPolicy unless it is one, and speaks of this bucket only. */
export const checkPolicy = (text: string, bucket: string): PolicyDocument => {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) throw malformed('Policies must not be larger than 20 KB');
  let document: { Version?: unknown; Statement?: unknown };
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  if (document.Version !== undefined && document.Version !== '2012-10-17' && document.Version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string');
  }
  const statements = listOf(document.Statement) as Record<string, unknown>[];
  if (statements.length === 0) throw malformed('Missing required field Statement');
  return { statements: statements.map((statement) => checkStatement(statement, bucket)) };
};

const isAnyone = (principal: unknown): boolean =>
  principal === '*' ||
  (typeof principal === 'object' && principal !== null && listOf((principal as { AWS?: unknown }).AWS).includes('*'));

/** Whether a statement lets anyone in, on no condition. */
export const isPublic = ({ statements }: PolicyDocument): boolean =>
  statements.some(
    ({ Effect, Principal, NotPrincipal, Condition }) =>
      Effect === 'Allow' &&
      (isAnyone(Principal) || NotPrincipal !== undefined) &&
      Object.keys(Condition ?? {}).length === 0,
  );
