import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import type { Wildsage } from '../server.ts';

export const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';

/** Rows `label,x,y` with label = 3x - 2y: what a tree learner gets close to quickly. */
export function rows(count: number, seed: number): string {
  let state = seed;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  return Array.from({ length: count }, () => {
    const [x, y] = [next(), next()];
    return `${(3 * x - 2 * y).toFixed(6)},${x.toFixed(6)},${y.toFixed(6)}\n`;
  }).join('');
}

/** Puts training and validation data into a bucket. */
export async function putData(s3: S3Client, Bucket: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'data/train/part-1.csv', Body: rows(1000, 1) }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'data/train/part-2.csv', Body: rows(1000, 2) }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'data/validation/rows.csv', Body: rows(200, 3) }));
}

export const csvChannel = (ChannelName: string, S3Uri: string) => ({
  ChannelName,
  ContentType: 'text/csv',
  DataSource: {
    S3DataSource: {
      S3DataType: 'S3Prefix' as const,
      S3Uri,
      S3DataDistributionType: 'FullyReplicated' as const,
    },
  },
});

/** The request of an XGBoost regression on the data of `putData`. */
export const xgboostJob = (server: Wildsage, name: string, bucket: string): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  AlgorithmSpecification: { TrainingImage: XGBOOST, TrainingInputMode: 'File' },
  HyperParameters: { objective: 'reg:squarederror', num_round: '30', max_depth: '4', eval_metric: 'rmse' },
  InputDataConfig: [
    csvChannel('train', `s3://${bucket}/data/train`),
    csvChannel('validation', `s3://${bucket}/data/validation`),
  ],
  RoleArn: server.environment.WILDSAGE_ROLE_ARN,
  OutputDataConfig: { S3OutputPath: `s3://${bucket}/output` },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
  StoppingCondition: { MaxRuntimeInSeconds: 600 },
});
