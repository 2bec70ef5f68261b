/** The wire formats that AWS services speak. */
export type ProtocolName = 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml' | 'query' | 'rpc-v2-cbor';

/** An AWS service as the gateway has to know it. */
export interface Service {
  /** Our name for it: the folder below `server/services`, the AWS SDK's package `@aws-sdk/client-<id>`. */
  readonly id: string;
  readonly title: string;
  /** In the SigV4 credential scope. */
  readonly signingName: string;
  /** In IAM actions, `<prefix>:<Operation>`. */
  readonly actionPrefix: string;
  /** The first labels of its AWS host names, before the region and without FIPS: `api.sagemaker`. */
  readonly hostNames: readonly string[];
  /** Has one address for all regions; its resources belong to the account. */
  readonly global?: boolean;
  /** All that its clients speak; the first one is used when a request says nothing. */
  readonly protocols: readonly ProtocolName[];
  /** Before the dot in X-Amz-Target, and in RPC-v2-CBOR paths. */
  readonly target?: string;
  readonly xmlNamespace?: string;
  /** `Version` in Query requests. */
  readonly apiVersion: string;
  readonly botocoreName: string;
  /** The error code for input that breaks a constraint of the model. */
  readonly validationCode: string;
  readonly loadSchemas: () => Promise<object>;
}

export const services: readonly Service[] = [
  {
    id: 'sagemaker',
    title: 'Amazon SageMaker',
    signingName: 'sagemaker',
    actionPrefix: 'sagemaker',
    hostNames: ['api.sagemaker'],
    protocols: ['json-1.1'],
    target: 'SageMaker',
    apiVersion: '2017-07-24',
    botocoreName: 'sagemaker',
    validationCode: 'ValidationException',
    loadSchemas: () => import('@aws-sdk/client-sagemaker'),
  },
  {
    id: 'sagemaker-runtime',
    title: 'Amazon SageMaker Runtime',
    signingName: 'sagemaker',
    actionPrefix: 'sagemaker',
    hostNames: ['runtime.sagemaker'],
    protocols: ['rest-json'],
    apiVersion: '2017-05-13',
    botocoreName: 'sagemaker-runtime',
    validationCode: 'ValidationError',
    loadSchemas: () => import('@aws-sdk/client-sagemaker-runtime'),
  },
  {
    id: 's3',
    title: 'Amazon S3',
    signingName: 's3',
    actionPrefix: 's3',
    hostNames: ['s3', 's3.dualstack'],
    protocols: ['rest-xml'],
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    apiVersion: '2006-03-01',
    botocoreName: 's3',
    validationCode: 'InvalidRequest',
    loadSchemas: () => import('@aws-sdk/client-s3'),
  },
  {
    id: 'sts',
    title: 'AWS Security Token Service',
    signingName: 'sts',
    actionPrefix: 'sts',
    hostNames: ['sts'],
    global: true,
    protocols: ['query'],
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    apiVersion: '2011-06-15',
    botocoreName: 'sts',
    validationCode: 'ValidationError',
    loadSchemas: () => import('@aws-sdk/client-sts'),
  },
  {
    id: 'iam',
    title: 'AWS Identity and Access Management',
    signingName: 'iam',
    actionPrefix: 'iam',
    hostNames: ['iam'],
    global: true,
    protocols: ['query'],
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    apiVersion: '2010-05-08',
    botocoreName: 'iam',
    validationCode: 'ValidationError',
    loadSchemas: () => import('@aws-sdk/client-iam'),
  },
  {
    id: 'cloudwatch-logs',
    title: 'Amazon CloudWatch Logs',
    signingName: 'logs',
    actionPrefix: 'logs',
    hostNames: ['logs'],
    protocols: ['json-1.1'],
    target: 'Logs_20140328',
    apiVersion: '2014-03-28',
    botocoreName: 'logs',
    validationCode: 'InvalidParameterException',
    loadSchemas: () => import('@aws-sdk/client-cloudwatch-logs'),
  },
  {
    id: 'cloudwatch',
    title: 'Amazon CloudWatch',
    signingName: 'monitoring',
    actionPrefix: 'cloudwatch',
    hostNames: ['monitoring'],
    protocols: ['json-1.0', 'query', 'rpc-v2-cbor'],
    target: 'GraniteServiceVersion20100801',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    apiVersion: '2010-08-01',
    botocoreName: 'cloudwatch',
    validationCode: 'ValidationError',
    loadSchemas: () => import('@aws-sdk/client-cloudwatch'),
  },
  {
    id: 'ecr',
    title: 'Amazon Elastic Container Registry',
    signingName: 'ecr',
    actionPrefix: 'ecr',
    hostNames: ['api.ecr', 'ecr'],
    protocols: ['json-1.1'],
    target: 'AmazonEC2ContainerRegistry_V20150921',
    apiVersion: '2015-09-21',
    botocoreName: 'ecr',
    validationCode: 'InvalidParameterException',
    loadSchemas: () => import('@aws-sdk/client-ecr'),
  },
  {
    id: 'organizations',
    title: 'AWS Organizations',
    signingName: 'organizations',
    actionPrefix: 'organizations',
    hostNames: ['organizations'],
    global: true,
    protocols: ['json-1.1'],
    target: 'AWSOrganizationsV20161128',
    apiVersion: '2016-11-28',
    botocoreName: 'organizations',
    validationCode: 'InvalidInputException',
    loadSchemas: () => import('@aws-sdk/client-organizations'),
  },
];
