import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';

/** The AWS SDK's clients, and what requests need to know. */
export interface Clients {
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  readonly roleArn: string;
  readonly region: string;
  readonly bucket: string;
}

/**
 * Ordinary clients with ordinary settings. In a shell after `eval "$(wildsage env)"` they need none of these: the SDK
 * reads the same values from the environment.
 */
export function clientsFor(variables: Readonly<Record<string, string>>): Clients {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, WILDSAGE_ROLE_ARN } = variables;
  const [region = '', roleArn = ''] = [AWS_REGION, WILDSAGE_ROLE_ARN];
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID ?? '', secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '' };
  const settings = { endpoint: AWS_ENDPOINT_URL, region, credentials };
  const accountId = roleArn.split(':')[4];
  return {
    sagemaker: new SageMakerClient(settings),
    runtime: new SageMakerRuntimeClient(settings),
    s3: new S3Client(settings),
    logs: new CloudWatchLogsClient(settings),
    roleArn,
    region,
    bucket: `sagemaker-${region}-${accountId}`,
  };
}
