import {
  ACCOUNT,
  allow,
  check,
  deny,
  FOREIGNER,
  IMPLICIT,
  type Json,
  ROLE_ARN,
  ROOT,
  SESSION,
  USER,
} from './scenarios.ts';

check('actions and resources', [
  { name: 'nothing is allowed by nothing', is: IMPLICIT },
  { name: 'a star allows everything', identity: [allow()], is: 'allowed' },
  { name: 'actions know no case', identity: [allow({ Action: 'S3:getobject' })], is: 'allowed' },
  { name: 'a service star stops at its service', identity: [allow({ Action: 'sagemaker:*' })], is: IMPLICIT },
  { name: 'stars stand in the middle too', identity: [allow({ Action: 's3:*Obj*t' })], is: 'allowed' },
  { name: 'a question mark is one character', identity: [allow({ Action: 's3:Ge?Object' })], is: 'allowed' },
  { name: 'a question mark is not none', identity: [allow({ Action: 's3:Get?Object' })], is: IMPLICIT },
  {
    name: 'one of several actions is enough',
    identity: [allow({ Action: ['s3:Put*', 's3:GetObject'] })],
    is: 'allowed',
  },
  { name: 'NotAction allows the rest', identity: [allow({ Action: undefined, NotAction: ['iam:*'] })], is: 'allowed' },
  {
    name: 'NotAction leaves out what it names',
    identity: [allow({ Action: undefined, NotAction: 's3:*' })],
    is: IMPLICIT,
  },
  { name: 'resources know case', identity: [allow({ Resource: 'arn:aws:s3:::Bucket/*' })], is: IMPLICIT },
  { name: 'a prefix of a resource is enough', identity: [allow({ Resource: 'arn:aws:s3:::buck*' })], is: 'allowed' },
  {
    name: 'NotResource allows the rest',
    identity: [allow({ Resource: undefined, NotResource: 'arn:aws:s3:::other/*' })],
    is: 'allowed',
  },
  {
    name: 'NotResource leaves out what it names',
    identity: [allow({ Resource: undefined, NotResource: 'arn:aws:s3:::bucket/*' })],
    is: IMPLICIT,
  },
  {
    name: 'a deny wins over every allow',
    identity: [allow(), deny({ Action: 's3:Get*' })],
    is: 'explicitDeny by identity',
  },
  { name: 'a deny of something else does not matter', identity: [deny({ Action: 's3:Put*' }), allow()], is: 'allowed' },
]);

const grant = (Principal: unknown) => [allow({ Principal })];

check('boundaries, sessions and resource policies', [
  {
    name: 'a boundary limits',
    identity: [allow()],
    boundary: [allow({ Action: 's3:Put*' })],
    is: 'implicitDeny by boundary',
  },
  { name: 'a boundary gives nothing', boundary: [allow()], is: IMPLICIT },
  { name: 'a boundary denies', identity: [allow()], boundary: [allow(), deny()], is: 'explicitDeny by boundary' },
  {
    name: 'a session policy limits',
    by: SESSION,
    identity: [allow()],
    session: [allow({ Action: 'iam:*' })],
    is: 'implicitDeny by session',
  },
  {
    name: 'both together allow what both allow',
    by: SESSION,
    identity: [allow()],
    boundary: [allow()],
    session: [allow()],
    is: 'allowed',
  },
  { name: 'a resource policy allows within the account by itself', resource: grant({ AWS: USER.arn }), is: 'allowed' },
  {
    name: 'a resource policy for the account leaves it to the account',
    resource: grant({ AWS: ACCOUNT }),
    is: IMPLICIT,
  },
  {
    name: 'a resource policy denies',
    identity: [allow()],
    resource: [deny({ Principal: '*' })],
    is: 'explicitDeny by resource',
  },
  {
    name: 'a resource policy denies root',
    by: ROOT,
    resource: [deny({ Principal: '*' })],
    is: 'explicitDeny by resource',
  },
  { name: 'root may do the rest', by: ROOT, is: 'allowed' },
  {
    name: 'a grant to a role stops at its session policy',
    by: SESSION,
    resource: grant({ AWS: ROLE_ARN }),
    session: [allow({ Action: 'iam:*' })],
    is: 'implicitDeny by session',
  },
  {
    name: 'a grant to a session does not',
    by: SESSION,
    resource: grant({ AWS: SESSION.arn }),
    session: [allow({ Action: 'iam:*' })],
    is: 'allowed',
  },
  {
    name: 'NotPrincipal spares who it names',
    identity: [allow()],
    resource: [deny({ NotPrincipal: { AWS: USER.arn } })],
    is: 'allowed',
  },
  {
    name: 'NotPrincipal means everybody else',
    by: FOREIGNER,
    identity: [allow()],
    crossAccount: true,
    resource: [deny({ NotPrincipal: { AWS: USER.arn } })],
    is: 'explicitDeny by resource',
  },
  {
    name: 'another account needs both: the resource',
    by: FOREIGNER,
    identity: [allow()],
    crossAccount: true,
    is: 'implicitDeny by resource',
  },
  {
    name: 'another account needs both: its own',
    by: FOREIGNER,
    crossAccount: true,
    resource: grant({ AWS: FOREIGNER.arn }),
    is: IMPLICIT,
  },
  {
    name: 'another account has both',
    by: FOREIGNER,
    identity: [allow()],
    crossAccount: true,
    resource: grant({ AWS: '999988887777' }),
    is: 'allowed',
  },
  {
    name: "another account's root needs the resource too",
    by: { ...FOREIGNER, isRoot: true },
    crossAccount: true,
    is: 'implicitDeny by resource',
  },
]);

const trust = (Principal: unknown, Condition: Json = {}) => [
  { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, Condition },
];
const assuming = { action: 'sts:AssumeRole', on: ROLE_ARN };

check('trust', [
  { name: 'a role trusts a user by name', ...assuming, trust: trust({ AWS: USER.arn }), is: 'allowed' },
  {
    name: 'a role that trusts the account asks for the right as well',
    ...assuming,
    trust: trust({ AWS: ACCOUNT }),
    is: IMPLICIT,
  },
  {
    name: 'with the right it is enough',
    ...assuming,
    identity: [allow()],
    trust: trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` }),
    is: 'allowed',
  },
  {
    name: 'the right alone is not',
    ...assuming,
    identity: [allow()],
    trust: trust({ Service: 'x.amazonaws.com' }),
    is: 'implicitDeny by resource',
  },
  {
    name: 'not even root',
    ...assuming,
    by: ROOT,
    trust: trust({ Service: 'x.amazonaws.com' }),
    is: 'implicitDeny by resource',
  },
  {
    name: 'an external id must fit',
    ...assuming,
    trust: trust({ AWS: USER.arn }, { StringEquals: { 'sts:ExternalId': 'e' } }),
    is: 'implicitDeny by resource',
  },
  {
    name: 'an external id fits',
    ...assuming,
    trust: trust({ AWS: USER.arn }, { StringEquals: { 'sts:ExternalId': 'e' } }),
    context: { 'sts:externalid': 'e' },
    is: 'allowed',
  },
  {
    name: 'a service is trusted',
    ...assuming,
    by: { ...USER, service: 'sagemaker.amazonaws.com' },
    trust: trust({ Service: ['sagemaker.amazonaws.com'] }),
    is: 'allowed',
  },
  {
    name: 'another service is not',
    ...assuming,
    by: { ...USER, service: 'lambda.amazonaws.com' },
    trust: trust({ Service: 'sagemaker.amazonaws.com' }),
    is: 'implicitDeny by resource',
  },
]);
