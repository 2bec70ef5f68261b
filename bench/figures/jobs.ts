import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { type Clients, clientsOf, describeJob, logOf, put, SKLEARN, tarGz } from '../../e2e/script-mode.ts';
import { until } from '../../e2e/server.ts';
import { closing, type Figure, sklearnRuntime } from '../figure.ts';
import { milliseconds } from '../report.ts';
import { median } from '../rounds.ts';
import { ROLE, startWildsage } from '../wildsage.ts';

const SCRIPT = "import time\nprint(f'first line at {time.time()}', flush=True)\n";

interface Times {
  /** From the call of CreateTrainingJob until the program says its first line, by the program's clock. */
  readonly said: number;
  /** Until GetLogEvents gives that line. */
  readonly readable: number;
  readonly completed: number;
}

/** How long a job takes until the user's program runs. */
export const jobs: Figure = {
  title: 'Training jobs',
  take: ({ folder, quick }) =>
    closing(async (keep) => {
      await sklearnRuntime();
      const clients = clientsOf(keep(await startWildsage(`${folder}/home`)));
      const source = await put(clients, 'source.tar.gz', await tarGz({ 'train.py': SCRIPT }));
      const times: Times[] = [];
      // The first finds nothing warm.
      for (let i = 0; i < (quick ? 1 : 8); i++) times.push(await runJob(clients, `job-${i}`, source));
      const measured = quick ? times : times.slice(1);
      const middle = (of: keyof Times) => median(measured.map((each) => each[of]));
      const said = middle('said');
      return [
        {
          what: "CreateTrainingJob → the program's first line",
          figure: milliseconds(said),
          target: '< 1 s',
          met: said < 1,
        },
        { what: '  … until GetLogEvents gives it', figure: milliseconds(middle('readable')) },
        { what: '  … until the job is Completed', figure: milliseconds(middle('completed')) },
      ];
    }),
};

async function runJob(clients: Clients, name: string, source: string): Promise<Times> {
  const began = Date.now();
  await clients.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      AlgorithmSpecification: { TrainingImage: SKLEARN, TrainingInputMode: 'File' },
      HyperParameters: {
        sagemaker_program: JSON.stringify('train.py'),
        sagemaker_submit_directory: JSON.stringify(source),
      },
      RoleArn: ROLE,
      OutputDataConfig: { S3OutputPath: source.replace('source.tar.gz', 'output') },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
    }),
  );
  const said = await until('The first line', async () => {
    const lines = await logOf(clients, name);
    return lines.map((line) => /^first line at (\S+)/.exec(line)?.[1]).find(Boolean);
  });
  const readable = Date.now();
  await until('The end of the job', async () => {
    const { TrainingJobStatus } = await describeJob(clients, name);
    return TrainingJobStatus !== 'InProgress';
  });
  const seconds = (time: number) => (time - began) / 1000;
  return { said: Number(said) - began / 1000, readable: seconds(readable), completed: seconds(Date.now()) };
}
