import { join } from 'node:path';
import type { Clients } from './clients.ts';
import { readCsv, uploadFile } from './data.ts';
import { deploy, invoke } from './deployment.ts';
import { done, stopwatch, table, title } from './show.ts';
import { csvChannel, train } from './training.ts';

export const breastCancerEndpoint = 'demo-breast-cancer';

const imageFor = (region: string) => `683313688378.dkr.ecr.${region}.amazonaws.com/sagemaker-xgboost:1.7-1`;

/** The built-in XGBoost algorithm: no code of ours, only data and hyperparameters. */
export async function breastCancer(clients: Clients, data: string, run: string): Promise<void> {
  title('1. Built-in XGBoost: is a tumour benign?  (breast cancer, 569 patients, 30 measurements each)');
  const folder = join(data, 'breast-cancer');
  const prefix = `demo/${run}/breast-cancer`;
  const trainUri = await uploadFile(clients, `${prefix}/train/train.csv`, join(folder, 'train.csv'));
  const validationUri = await uploadFile(
    clients,
    `${prefix}/validation/validation.csv`,
    join(folder, 'validation.csv'),
  );
  done(`Data uploaded to s3://${clients.bucket}/${prefix}`);

  const name = `demo-breast-cancer-${run}`;
  done(`Training job ${name}`);
  const image = imageFor(clients.region);
  const job = await train(clients, {
    TrainingJobName: name,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
    HyperParameters: {
      objective: 'binary:logistic',
      eval_metric: 'logloss',
      num_round: '60',
      max_depth: '4',
      eta: '0.2',
    },
    InputDataConfig: [csvChannel('train', trainUri), csvChannel('validation', validationUri)],
  });
  for (const { MetricName, Value } of job.FinalMetricDataList ?? []) done(`${MetricName} ${Value?.toFixed(4)}`);

  const elapsed = stopwatch();
  done(`Endpoint ${breastCancerEndpoint}`);
  await deploy(clients, breastCancerEndpoint, name, {
    Image: image,
    ModelDataUrl: job.ModelArtifacts?.S3ModelArtifacts,
  });
  done(`Serving after ${elapsed()}`);
  await predict(clients, join(folder, 'test.csv'));
}

async function predict(clients: Clients, file: string): Promise<void> {
  const { labels, rows } = readCsv(file);
  const answer = await invoke(clients, breastCancerEndpoint, rows, 'text/csv');
  const probabilities = answer.trim().split(/[\n,]/).map(Number);
  if (probabilities.length !== rows.length || probabilities.some(Number.isNaN)) {
    throw new Error(`The endpoint answered ${rows.length} rows with: ${answer.slice(0, 200)}`);
  }
  const right = probabilities.filter((p, i) => Math.round(p) === labels[i]).length;
  const word = (value: number | undefined) => (value === 1 ? 'benign' : 'malignant');
  table(
    ['patient', 'probability of benign', 'prediction', 'truth'],
    probabilities.slice(0, 6).map((p, i) => [`${i + 1}`, p.toFixed(3), word(Math.round(p)), word(labels[i])]),
  );
  done(
    `Held-out accuracy ${(right / rows.length).toFixed(4)}  (${right} of ${rows.length} patients it has never seen)`,
  );
}
