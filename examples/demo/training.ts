import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import type { Clients } from './clients.ts';
import { quiet, statusLine, until } from './show.ts';

const LOG_GROUP = '/aws/sagemaker/TrainingJobs';

/** A channel that reads CSV files below an S3 prefix. */
export const csvChannel = (ChannelName: string, S3Uri: string) => ({
  ChannelName,
  ContentType: 'text/csv',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri } },
});

/** Starts a training job, shows its statuses as they change and the end of its log. Throws when it does not complete. */
export async function train(
  clients: Clients,
  job: Pick<
    CreateTrainingJobCommandInput,
    'TrainingJobName' | 'AlgorithmSpecification' | 'HyperParameters' | 'InputDataConfig'
  >,
): Promise<DescribeTrainingJobCommandOutput> {
  await clients.sagemaker.send(
    new CreateTrainingJobCommand({
      ...job,
      RoleArn: clients.roleArn,
      OutputDataConfig: { S3OutputPath: `s3://${clients.bucket}/demo/output` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
    }),
  );
  const name = job.TrainingJobName ?? '';
  const show = statusLine();
  const ended = await until(`Training job ${name}`, 900, async () => {
    const seen = await clients.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    show(seen.SecondaryStatus ?? seen.TrainingJobStatus ?? '');
    return seen.TrainingJobStatus === 'InProgress' ? undefined : seen;
  });
  await showLog(clients, name, ended.TrainingJobStatus === 'Completed' ? 6 : 30);
  if (ended.TrainingJobStatus === 'Completed') return ended;
  throw new Error(`Training job ${name}: ${ended.TrainingJobStatus}. ${ended.FailureReason ?? ''}`);
}

/** Stops the training jobs whose names begin so, and waits until none is left; gives their names. */
export async function stopJobs({ sagemaker }: Clients, prefix: string): Promise<string[]> {
  const jobs = async (StatusEquals: 'InProgress' | 'Stopping') => {
    const input = { NameContains: prefix, StatusEquals, MaxResults: 100 };
    const { TrainingJobSummaries = [] } = await sagemaker.send(new ListTrainingJobsCommand(input));
    return TrainingJobSummaries.flatMap(({ TrainingJobName: name }) => (name?.startsWith(prefix) ? [name] : []));
  };
  const names = await jobs('InProgress');
  for (const TrainingJobName of names) await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }));
  await until('Stopping the training jobs', 180, async () => (await jobs('Stopping')).length === 0 || undefined);
  return names;
}

async function showLog({ logs }: Clients, job: string, lines: number): Promise<void> {
  const prefix = { logGroupName: LOG_GROUP, logStreamNamePrefix: `${job}/` };
  const found = await logs.send(new DescribeLogStreamsCommand(prefix)).catch(() => undefined);
  const logStreamName = found?.logStreams?.[0]?.logStreamName;
  if (!logStreamName) return;
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({ logGroupName: LOG_GROUP, logStreamName, startFromHead: false, limit: lines }),
  );
  quiet('… the end of its log:');
  for (const { message = '' } of events) quiet(message.replaceAll('#011', '\t'));
}
