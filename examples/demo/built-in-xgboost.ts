import { join } from 'node:path';
import type { Clients } from './clients.ts';
import { readCsv, uploadFile } from './data.ts';
import { deploy, invoke } from './deployment.ts';
import { done, stopwatch } from './show.ts';
import { csvChannel, train } from './training.ts';

const imageFor = (region: string) => `683313688378.dkr.ecr.${region}.amazonaws.com/sagemaker-xgboost:1.7-1`;

export interface Subject {
  /** Of its folder of data; its endpoint is `demo-NAME`. */
  readonly name: string;
  readonly hyperParameters: Readonly<Record<string, string>>;
}

/** What an endpoint said of rows that its model has never seen, and what is true. */
export interface HeldOut {
  readonly predictions: readonly number[];
  readonly labels: readonly number[];
}

/** The built-in XGBoost algorithm from data to predictions: no code of ours, only data and hyperparameters. */
export async function trainAndServe(
  clients: Clients,
  data: string,
  run: string,
  { name: subject, hyperParameters }: Subject,
): Promise<HeldOut> {
  const folder = join(data, subject);
  const prefix = `demo/${run}/${subject}`;
  const uploadPart = (part: string) =>
    uploadFile(clients, `${prefix}/${part}/${part}.csv`, join(folder, `${part}.csv`));
  const channels = [
    csvChannel('train', await uploadPart('train')),
    csvChannel('validation', await uploadPart('validation')),
  ];
  done(`Data uploaded to s3://${clients.bucket}/${prefix}`);

  const name = `demo-${subject}-${run}`;
  done(`Training job ${name}`);
  const image = imageFor(clients.region);
  const job = await train(clients, {
    TrainingJobName: name,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    HyperParameters: hyperParameters,
    InputDataConfig: channels,
  });
  for (const { MetricName, Value } of job.FinalMetricDataList ?? []) done(`${MetricName} ${Value?.toFixed(4)}`);

  const elapsed = stopwatch();
  const endpoint = `demo-${subject}`;
  done(`Endpoint ${endpoint}`);
  await deploy(clients, endpoint, name, { Image: image, ModelDataUrl: job.ModelArtifacts?.S3ModelArtifacts });
  done(`Serving after ${elapsed()}`);

  const { labels, rows } = readCsv(join(folder, 'test.csv'));
  const answer = await invoke(clients, endpoint, rows, 'text/csv');
  const predictions = answer.trim().split(/[\n,]/).map(Number);
  if (predictions.length !== rows.length || predictions.some(Number.isNaN)) {
    throw new Error(`The endpoint answered ${rows.length} rows with: ${answer.slice(0, 200)}`);
  }
  return { predictions, labels };
}
