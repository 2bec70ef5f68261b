import { join } from 'node:path';
import type { Clients } from './clients.ts';
import { packSources, readCsv, upload, uploadFile } from './data.ts';
import { deploy, invoke } from './deployment.ts';
import { done, line, stopwatch, title } from './show.ts';
import { csvChannel, train } from './training.ts';

export const digitsEndpoint = 'demo-digits';

const imageFor = (region: string) =>
  `683313688378.dkr.ecr.${region}.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3`;

/** Script mode: a training script of one's own in SageMaker's scikit-learn image. */
export async function digits(clients: Clients, data: string, run: string): Promise<void> {
  title('3. Script mode with scikit-learn: which digit is it?  (1797 hand-written digits)');
  const folder = join(data, 'digits');
  const prefix = `demo/${run}/digits`;
  const sources = await packSources(join(import.meta.dirname, 'digits'));
  const sourceUri = await upload(clients, `${prefix}/source/sourcedir.tar.gz`, sources);
  const trainUri = await uploadFile(clients, `${prefix}/train/train.csv`, join(folder, 'train.csv'));
  const testUri = await uploadFile(clients, `${prefix}/test/test.csv`, join(folder, 'test.csv'));
  done(`Data and examples/demo/digits/train.py uploaded to s3://${clients.bucket}/${prefix}`);

  const name = `demo-digits-${run}`;
  done(`Training job ${name}`);
  const image = imageFor(clients.region);
  const job = await train(clients, {
    TrainingJobName: name,
    AlgorithmSpecification: {
      TrainingImage: image,
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'test:accuracy', Regex: 'test accuracy: ([0-9.]+)' }],
    },
    HyperParameters: {
      sagemaker_program: 'train.py',
      sagemaker_submit_directory: sourceUri,
      penalty: '10',
      gamma: '0.001',
    },
    InputDataConfig: [csvChannel('train', trainUri), csvChannel('test', testUri)],
  });
  for (const { MetricName, Value } of job.FinalMetricDataList ?? [])
    done(`Held-out metric ${MetricName} ${Value?.toFixed(4)}`);

  const elapsed = stopwatch();
  done(`Endpoint ${digitsEndpoint}`);
  await deploy(clients, digitsEndpoint, name, {
    Image: image,
    ModelDataUrl: job.ModelArtifacts?.S3ModelArtifacts,
    Environment: { SAGEMAKER_PROGRAM: 'train.py', SAGEMAKER_SUBMIT_DIRECTORY: sourceUri },
  });
  done(`Serving after ${elapsed()}`);
  await predict(clients, join(folder, 'test.csv'));
}

const SHOWN = 8;
const SHADES = ' .:oO@';

/** Digits side by side, as characters. */
function pictures(rows: readonly number[][]): string[] {
  const shade = (value: number) => SHADES[Math.min(SHADES.length - 1, Math.floor((value / 17) * SHADES.length))];
  return Array.from({ length: 8 }, (_, y) =>
    rows
      .map((pixels) =>
        pixels
          .slice(y * 8, y * 8 + 8)
          .map(shade)
          .join(''),
      )
      .join('   '),
  );
}

async function predict(clients: Clients, file: string): Promise<void> {
  const { labels, rows } = readCsv(file);
  const answer = await invoke(clients, digitsEndpoint, rows, 'application/json');
  const predictions: unknown = JSON.parse(answer);
  if (!Array.isArray(predictions) || predictions.length !== rows.length) {
    throw new Error(`The endpoint answered ${rows.length} rows with: ${answer.slice(0, 200)}`);
  }
  for (const row of pictures(rows.slice(0, SHOWN))) line(`            ${row}`);
  const cells = (values: unknown[]) =>
    values
      .slice(0, SHOWN)
      .map((value) => String(value).padEnd(8))
      .join('   ');
  line(`prediction  ${cells(predictions)}`);
  line(`truth       ${cells(labels)}`);
  const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
  done(`Held-out accuracy ${(right / rows.length).toFixed(4)}  (${right} of ${rows.length} digits)`);
}
