import { ServiceError } from '../../errors.ts';

/** Where a policy is attached decides what its statements must and must not contain. */
export type PolicyUse = 'identity' | 'trust' | 'resource';

export type PrincipalBlock = '*' | Readonly<Record<string, readonly string[]>>;

export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly principal?: PrincipalBlock;
  readonly notPrincipal?: PrincipalBlock;
  readonly conditions: ConditionBlock;
}

export interface PolicyDocument {
  readonly version: '2008-10-17' | '2012-10-17';
  readonly statements: readonly Statement[];
}

export const malformedPolicy = (message: string) => new ServiceError('MalformedPolicyDocument', message);

const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?-]+)$/;
const SID = /^[0-9A-Za-z]*$/;
/** An account, a user, role or session, or the unique id of one. */
const AWS_PRINCIPAL = /^(\*|\d{12}|A[A-Z0-9]{15,127}|arn:[a-z-]+:(iam|sts)::\d{12}:\S+)$/;
const STATEMENT_FIELDS = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parses and checks a policy. Throws `MalformedPolicyDocument` with IAM's words. */
export function parsePolicy(text: string, use: PolicyUse): PolicyDocument {
  const json = parseJson(text);
  if (!isObject(json)) throw malformedPolicy('Syntax errors in policy.');
  const { Version = '2008-10-17', Statement } = json;
  if (Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw malformedPolicy('The policy must contain a valid version string.');
  }
  if (Object.keys(json).some((field) => !['Version', 'Id', 'Statement'].includes(field))) {
    throw malformedPolicy('Syntax errors in policy.');
  }
  const list = Array.isArray(Statement) ? Statement : [Statement];
  if (list.length === 0 || !list.every(isObject)) throw malformedPolicy('Syntax errors in policy.');
  const statements = list.map((statement) => parseStatement(statement, use));
  checkSids(statements, use);
  return { version: Version, statements };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
}

function parseStatement(json: Record<string, unknown>, use: PolicyUse): Statement {
  const unknownField = Object.keys(json).find((field) => !STATEMENT_FIELDS.has(field));
  if (unknownField || (json.Effect !== 'Allow' && json.Effect !== 'Deny')) {
    throw malformedPolicy('Syntax errors in policy.');
  }
  const statement: Statement = {
    sid: json.Sid === undefined ? undefined : String(json.Sid),
    effect: json.Effect,
    actions: strings(json.Action),
    notActions: strings(json.NotAction),
    resources: strings(json.Resource),
    notResources: strings(json.NotResource),
    principal: principals(json.Principal),
    notPrincipal: principals(json.NotPrincipal),
    conditions: conditions(json.Condition),
  };
  checkActions(statement, use);
  checkResources(statement, use);
  checkPrincipals(statement, use);
  return statement;
}

function strings(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string')) throw malformedPolicy('Syntax errors in policy.');
  return list;
}

function principals(value: unknown): PrincipalBlock | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return '*';
  if (!isObject(value)) throw malformedPolicy('Invalid principal in policy.');
  const types = Object.entries(value);
  for (const [type, names] of types) {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(type) || strings(names)?.length === 0) {
      throw malformedPolicy('Invalid principal in policy.');
    }
  }
  return Object.fromEntries(types.map(([type, names]) => [type, strings(names)!]));
}

function conditions(value: unknown): ConditionBlock {
  if (value === undefined) return {};
  if (!isObject(value)) throw malformedPolicy('Syntax errors in policy.');
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      if (!isObject(keys)) throw malformedPolicy('Syntax errors in policy.');
      return [operator, Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, scalars(values)]))];
    }),
  );
}

/** Condition values may be numbers and booleans too, which mean their text. */
function scalars(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((item) => ['string', 'number', 'boolean'].includes(typeof item))) {
    throw malformedPolicy('Syntax errors in policy.');
  }
  return list.map(String);
}

function checkActions({ actions, notActions }: Statement, use: PolicyUse): void {
  const given = actions ?? notActions;
  if (!given?.length) throw malformedPolicy('Policy statement must contain actions.');
  if (actions && notActions) throw malformedPolicy('Syntax errors in policy.');
  if (!given.every((action) => ACTION.test(action))) {
    throw malformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  if (use === 'trust') checkTrustActions(given);
}

function checkTrustActions(actions: readonly string[]): void {
  if (actions.every((action) => /^sts:/i.test(action))) return;
  throw malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
}

function checkResources({ resources, notResources }: Statement, use: PolicyUse): void {
  const given = resources ?? notResources;
  if (use === 'trust') {
    if (given) throw malformedPolicy('Has prohibited field Resource');
    return;
  }
  if (resources && notResources) throw malformedPolicy('Syntax errors in policy.');
  if (!given?.length) throw malformedPolicy('Policy statement must contain resources.');
  const wrong = given.find((resource) => resource !== '*' && !resource.startsWith('arn:') && !resource.startsWith('$'));
  if (wrong !== undefined && !/^[*?]/.test(wrong)) {
    throw malformedPolicy(`Resource ${wrong} must be in ARN format or "*".`);
  }
}

function checkPrincipals({ principal, notPrincipal }: Statement, use: PolicyUse): void {
  const given = principal ?? notPrincipal;
  if (principal && notPrincipal) throw malformedPolicy('Syntax errors in policy.');
  if (use === 'identity' && given) throw malformedPolicy('Policy document should not specify a principal.');
  if (use !== 'identity' && !given) throw malformedPolicy('Missing required field Principal');
  const names = use !== 'trust' || given === undefined || given === '*' ? [] : (given.AWS ?? []);
  const wrong = names.find((name) => !AWS_PRINCIPAL.test(name));
  if (wrong !== undefined) throw malformedPolicy(`Invalid principal in policy: "AWS":"${wrong}"`);
}

function checkSids(statements: readonly Statement[], use: PolicyUse): void {
  const sids = statements.map(({ sid }) => sid).filter((sid) => sid !== undefined && sid !== '');
  // Services that keep policies with their resources have rules of their own.
  if (use !== 'resource' && !sids.every((sid) => SID.test(sid ?? ''))) {
    throw malformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  if (new Set(sids).size < sids.length) {
    throw malformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
}
