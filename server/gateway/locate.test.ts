import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { services } from '../models/services.ts';
import { readHost } from './locate.ts';

const read = (host: string) => {
  const { service, region, bucket } = readHost(host, services);
  return [service?.id, region, bucket];
};

describe('an AWS host name', () => {
  const hosts: Record<string, (string | undefined)[]> = {
    'api.sagemaker.eu-west-1.amazonaws.com': ['sagemaker', 'eu-west-1', undefined],
    'runtime.sagemaker.cn-north-1.amazonaws.com.cn': ['sagemaker-runtime', 'cn-north-1', undefined],
    'api-fips.sagemaker.us-east-1.amazonaws.com': ['sagemaker', 'us-east-1', undefined],
    'api.sagemaker-fips.us-gov-west-1.api.aws': ['sagemaker', 'us-gov-west-1', undefined],
    'api.sagemaker.us-iso-east-1.c2s.ic.gov': ['sagemaker', 'us-iso-east-1', undefined],
    'logs.us-isob-east-1.sc2s.sgov.gov': ['cloudwatch-logs', 'us-isob-east-1', undefined],
    'monitoring.eusc-de-east-1.api.amazonwebservices.eu': ['cloudwatch', 'eusc-de-east-1', undefined],
    'api.ecr-fips.us-east-1.amazonaws.com': ['ecr', 'us-east-1', undefined],
    'ecr.us-east-1.api.aws': ['ecr', 'us-east-1', undefined],
    'sts.amazonaws.com': ['sts', undefined, undefined],
    'sts-fips.us-east-2.amazonaws.com:443': ['sts', 'us-east-2', undefined],
    'iam.us-gov.amazonaws.com': ['iam', undefined, undefined],
    'iam.global.api.aws': ['iam', undefined, undefined],
    's3.dualstack.us-east-1.amazonaws.com': ['s3', 'us-east-1', undefined],
    'my.s3.bucket.s3.us-east-1.amazonaws.com': ['s3', 'us-east-1', 'my.s3.bucket'],
    'my-fips.s3-fips.dualstack.us-east-1.amazonaws.com': ['s3', 'us-east-1', 'my-fips'],
    'b.s3.eu-isoe-west-1.cloud.adc-e.uk': ['s3', 'eu-isoe-west-1', 'b'],
    'ec2.us-east-1.amazonaws.com': [undefined, undefined, undefined],
    'sagemaker.example.com': [undefined, undefined, undefined],
  };
  for (const [host, expected] of Object.entries(hosts)) {
    it(`names service, region and bucket: ${host}`, () => assert.deepEqual(read(host), expected));
  }
});
