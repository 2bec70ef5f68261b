import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { FoundServer } from './find-server.ts';

/** The commands ask the platform as every client does: through the AWS SDK. */
const settings = ({ url, region, credentials }: FoundServer) => ({
  endpoint: url,
  region,
  credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
  maxAttempts: 2,
});

export const sageMaker = (server: FoundServer) => new SageMakerClient(settings(server));
export const cloudWatchLogs = (server: FoundServer) => new CloudWatchLogsClient(settings(server));
