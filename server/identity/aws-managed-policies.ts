import { createHash } from 'node:crypto';
import { ofFirstPartition } from './policies/partitions.ts';

/** A policy that AWS offers in every account, under the account name `aws`. */
export interface AwsManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly document: string;
}

type StatementJson = Readonly<Record<string, unknown>>;

const allow = (actions: string | readonly string[], resources: string | readonly string[] = '*'): StatementJson => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
});

const passRole = (roles: string, ...services: string[]): StatementJson => ({
  ...allow('iam:PassRole', roles),
  Condition: { StringEquals: { 'iam:PassedToService': services } },
});

const reading = (service: string, verbs: readonly string[] = ['Describe', 'Get', 'List']) =>
  verbs.map((verb) => `${service}:${verb}*`);

const sageMakerBuckets = ['SageMaker', 'Sagemaker', 'sagemaker'].map((name) => `arn:*:s3:::*${name}*`);

/** What a SageMaker user or execution role needs of the services around: everything that concerns SageMaker itself, and
 * in shared services what bears its name. */
const sageMakerFullAccess: readonly StatementJson[] = [
  allow(['sagemaker:*', 'sagemaker-geospatial:*', 'sagemaker-mlflow:*']),
  allow([
    'application-autoscaling:DeleteScalingPolicy',
    'application-autoscaling:DeleteScheduledAction',
    'application-autoscaling:DeregisterScalableTarget',
    'application-autoscaling:Describe*',
    'application-autoscaling:PutScalingPolicy',
    'application-autoscaling:PutScheduledAction',
    'application-autoscaling:RegisterScalableTarget',
    'cloudwatch:DeleteAlarms',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'cloudwatch:GetMetricStatistics',
    'cloudwatch:ListMetrics',
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:PutMetricData',
    'ec2:CreateNetworkInterface',
    'ec2:CreateNetworkInterfacePermission',
    'ec2:CreateVpcEndpoint',
    'ec2:DeleteNetworkInterface',
    'ec2:DeleteNetworkInterfacePermission',
    'ec2:Describe*',
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:CreateRepository',
    'ecr:Describe*',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
    'ecr:StartImageScan',
    'glue:GetDatabases',
    'glue:GetTables',
    'iam:ListRoles',
    'kms:DescribeKey',
    'kms:ListAliases',
    'lambda:ListFunctions',
    'logs:CreateLogDelivery',
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:DeleteLogDelivery',
    'logs:Describe*',
    'logs:GetLogDelivery',
    'logs:GetLogEvents',
    'logs:ListLogDeliveries',
    'logs:PutLogEvents',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
    'sns:ListTopics',
    'tag:GetResources',
  ]),
  allow(
    [
      'ecr:BatchDeleteImage',
      'ecr:CompleteLayerUpload',
      'ecr:DeleteRepository',
      'ecr:DeleteRepositoryPolicy',
      'ecr:InitiateLayerUpload',
      'ecr:PutImage',
      'ecr:SetRepositoryPolicy',
      'ecr:UploadLayerPart',
    ],
    'arn:*:ecr:*:*:repository/*sagemaker*',
  ),
  allow(
    ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    [...sageMakerBuckets, 'arn:*:s3:::*aws-glue*'],
  ),
  {
    ...allow('s3:GetObject'),
    Condition: { StringEqualsIgnoreCase: { 's3:ExistingObjectTag/SageMaker': 'true' } },
  },
  allow([
    's3:CreateBucket',
    's3:GetBucketCors',
    's3:GetBucketLocation',
    's3:ListAllMyBuckets',
    's3:ListBucket',
    's3:PutBucketCors',
  ]),
  allow(['s3:GetBucketAcl', 's3:PutObjectAcl'], sageMakerBuckets),
  allow(
    'lambda:InvokeFunction',
    ['SageMaker', 'sagemaker', 'Sagemaker', 'LabelingFunction'].map((name) => `arn:*:lambda:*:*:function:*${name}*`),
  ),
  allow(
    ['secretsmanager:CreateSecret', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    'arn:*:secretsmanager:*:*:secret:AmazonSageMaker-*',
  ),
  allow(
    ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:StartExecution', 'states:StopExecution'],
    ['arn:*:states:*:*:statemachine:*sagemaker*', 'arn:*:states:*:*:execution:*sagemaker*:*'],
  ),
  allow(
    ['sns:CreateTopic', 'sns:Publish', 'sns:Subscribe'],
    ['SageMaker', 'Sagemaker', 'sagemaker'].map((name) => `arn:*:sns:*:*:*${name}*`),
  ),
  {
    ...allow(
      'iam:CreateServiceLinkedRole',
      'arn:*:iam::*:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/*',
    ),
    Condition: { StringLike: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' } },
  },
  passRole(
    'arn:*:iam::*:role/*AmazonSageMaker*',
    'glue.amazonaws.com',
    'robomaker.amazonaws.com',
    'states.amazonaws.com',
  ),
  passRole('arn:*:iam::*:role/*', 'sagemaker.amazonaws.com'),
];

const everyReader = [
  'application-autoscaling',
  'athena',
  'autoscaling',
  'cloudwatch',
  'ec2',
  'ecr',
  'elasticloadbalancing',
  'events',
  'glue',
  'iam',
  'kms',
  'lambda',
  'logs',
  'sagemaker',
  's3',
  'secretsmanager',
  'sns',
  'sqs',
  'states',
  'sts',
  'tag',
];

const statements: Readonly<Record<string, readonly StatementJson[]>> = {
  AdministratorAccess: [allow('*')],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow([
      'account:GetAccountInformation',
      'account:ListRegions',
      'iam:CreateServiceLinkedRole',
      'iam:DeleteServiceLinkedRole',
      'iam:ListRoles',
      'organizations:DescribeOrganization',
    ]),
  ],
  ReadOnlyAccess: [
    allow([
      ...everyReader.flatMap((service) => reading(service)),
      'iam:Generate*',
      'iam:Simulate*',
      'logs:FilterLogEvents',
      'logs:StartQuery',
      'logs:StopQuery',
      'logs:TestMetricFilter',
      'sagemaker:BatchGet*',
      'sagemaker:Search',
    ]),
  ],
  ViewOnlyAccess: [allow(everyReader.flatMap((service) => reading(service, ['Describe', 'List'])))],
  SecurityAudit: [
    allow([...everyReader.flatMap((service) => reading(service, ['Describe', 'List'])), 'iam:Get*', 's3:GetBucket*']),
  ],
  IAMFullAccess: [allow(['iam:*', 'organizations:DescribeAccount', 'organizations:DescribeOrganization'])],
  IAMReadOnlyAccess: [
    allow([
      'iam:GenerateCredentialReport',
      'iam:Get*',
      'iam:List*',
      'iam:SimulateCustomPolicy',
      'iam:SimulatePrincipalPolicy',
    ]),
  ],
  AmazonSageMakerFullAccess: sageMakerFullAccess,
  AmazonSageMakerReadOnly: [
    allow([
      ...reading('sagemaker'),
      'sagemaker:BatchGetMetrics',
      'sagemaker:BatchGetRecord',
      'sagemaker:GetRecord',
      'sagemaker:GetSearchSuggestions',
      'sagemaker:Search',
      'application-autoscaling:Describe*',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'cloudwatch:GetMetricStatistics',
      'cloudwatch:ListMetrics',
      'ecr:Describe*',
      'iam:ListRoles',
      'kms:DescribeKey',
      'kms:ListAliases',
      'lambda:ListFunctions',
      'logs:Describe*',
      'logs:GetLogEvents',
      's3:ListAllMyBuckets',
    ]),
  ],
  AmazonSageMakerFeatureStoreAccess: [allow(['s3:PutObject', 's3:GetBucketAcl', 's3:PutObjectAcl'], sageMakerBuckets)],
  AmazonS3FullAccess: [allow(['s3:*', 's3-object-lambda:*'])],
  AmazonS3ReadOnlyAccess: [allow([...reading('s3'), ...reading('s3-object-lambda', ['Get', 'List'])])],
  CloudWatchFullAccess: [
    allow([
      'cloudwatch:*',
      'logs:*',
      'sns:*',
      'autoscaling:Describe*',
      'iam:GetPolicy',
      'iam:GetPolicyVersion',
      'iam:GetRole',
    ]),
  ],
  CloudWatchReadOnlyAccess: [
    allow([
      ...reading('cloudwatch'),
      ...reading('logs'),
      'logs:FilterLogEvents',
      'logs:StartQuery',
      'logs:StopQuery',
      'sns:Get*',
      'sns:List*',
    ]),
  ],
  CloudWatchLogsFullAccess: [allow('logs:*')],
  CloudWatchLogsReadOnlyAccess: [
    allow([
      ...reading('logs'),
      'logs:FilterLogEvents',
      'logs:StartLiveTail',
      'logs:StartQuery',
      'logs:StopQuery',
      'logs:TestMetricFilter',
    ]),
  ],
  CloudWatchAgentServerPolicy: [
    allow([
      'cloudwatch:PutMetricData',
      'ec2:DescribeTags',
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
    ]),
  ],
  AmazonEC2ContainerRegistryFullAccess: [allow('ecr:*')],
  AmazonEC2ContainerRegistryPowerUser: [
    allow([
      ...reading('ecr'),
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:CompleteLayerUpload',
      'ecr:InitiateLayerUpload',
      'ecr:PutImage',
      'ecr:UploadLayerPart',
    ]),
  ],
  AmazonEC2ContainerRegistryReadOnly: [
    allow([...reading('ecr'), 'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage']),
  ],
  AWSLambdaBasicExecutionRole: [allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'])],
  AWSLambda_FullAccess: [
    allow([
      'lambda:*',
      'cloudwatch:GetMetricData',
      'cloudwatch:ListMetrics',
      'iam:GetPolicy',
      'iam:GetRole',
      'iam:ListRoles',
      'logs:Describe*',
    ]),
    passRole('*', 'lambda.amazonaws.com'),
  ],
  AWSLambda_ReadOnlyAccess: [
    allow([...reading('lambda', ['Get', 'List']), ...reading('cloudwatch', ['Get', 'List']), 'logs:Describe*']),
  ],
  AWSStepFunctionsFullAccess: [allow('states:*')],
  AmazonEventBridgeFullAccess: [allow(['events:*', 'schemas:*', 'scheduler:*'])],
  AmazonSNSFullAccess: [allow('sns:*')],
  AmazonSNSReadOnlyAccess: [allow(reading('sns', ['Get', 'List']))],
  AmazonSQSFullAccess: [allow('sqs:*')],
  AmazonSQSReadOnlyAccess: [allow(['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListQueues'])],
  AmazonAthenaFullAccess: [
    allow(['athena:*', 'glue:*']),
    allow('s3:*', ['arn:*:s3:::aws-athena-query-results-*', 'arn:*:s3:::athena-examples*']),
    allow(['s3:GetBucketLocation', 's3:ListAllMyBuckets', 's3:ListBucket']),
  ],
  AWSGlueConsoleFullAccess: [
    allow(['glue:*', 's3:ListAllMyBuckets', 's3:ListBucket', 's3:GetBucketLocation', 'iam:ListRoles']),
  ],
  SecretsManagerReadWrite: [allow('secretsmanager:*')],
};

const paths: Readonly<Record<string, string>> = {
  AWSLambdaBasicExecutionRole: '/service-role/',
  ViewOnlyAccess: '/job-function/',
};

/** All of them, by ARN. Documents are our own wording of what each one is for. */
export const awsManagedPolicies: ReadonlyMap<string, AwsManagedPolicy> = new Map(
  Object.entries(statements)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, Statement]) => {
      const path = paths[name] ?? '/';
      const arn = `arn:aws:iam::aws:policy${path}${name}`;
      // Ids are the same in every account, so they come from the name.
      const hash = createHash('sha256').update(name).digest('hex').toUpperCase();
      const id = `ANPA${hash.slice(0, 17).replace(/[01]/g, 'Z')}`;
      return [
        arn,
        { arn, name, path, id, document: JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 2) },
      ];
    }),
);

export const awsManagedPolicy = (arn: string): AwsManagedPolicy | undefined =>
  awsManagedPolicies.get(ofFirstPartition(arn));
