import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  type OutputLogEvent,
  paginateDescribeLogStreams,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTrainingJobCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { cloudWatchLogs, sageMaker } from '../aws.ts';
import { CliError } from '../cli-error.ts';
import { findServer } from '../find-server.ts';
import { colours } from '../terminal.ts';

const POLL_MS = 500;

interface Source {
  readonly group: string;
  /** Of the stream's name: what is before it is known already. */
  readonly prefix: string;
  /** True once no more lines can come. */
  isOver(): Promise<boolean>;
}

const isFinal = (status: string | undefined) => ['Completed', 'Failed', 'Stopped'].includes(status ?? '');

const trainingJob = (client: SageMakerClient, name: string): Source => ({
  group: '/aws/sagemaker/TrainingJobs',
  prefix: `${name}/`,
  async isOver() {
    const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return isFinal(job.TrainingJobStatus);
  },
});

const endpoint = (name: string): Source => ({
  group: `/aws/sagemaker/Endpoints/${name}`,
  prefix: '',
  isOver: async () => false,
});

const isMissing = (error: unknown) => error instanceof Error && error.name === 'ResourceNotFoundException';

/** The streams of a source, oldest first; none while nothing has been printed. */
async function streamsOf(client: CloudWatchLogsClient, { group, prefix }: Source): Promise<string[]> {
  const input = { logGroupName: group, ...(prefix && { logStreamNamePrefix: prefix }) };
  const names: string[] = [];
  try {
    for await (const { logStreams = [] } of paginateDescribeLogStreams({ client }, input)) {
      names.push(...logStreams.flatMap(({ logStreamName }) => logStreamName ?? []));
    }
    return names;
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Reads the streams of a source, from where it stopped the last time. */
class Reader {
  readonly #client: CloudWatchLogsClient;
  readonly #source: Source;
  readonly #tokens = new Map<string, string>();

  constructor(client: CloudWatchLogsClient, source: Source) {
    this.#client = client;
    this.#source = source;
  }

  /** Prints what is new, in the order of time; gives how many streams there are. */
  async print(): Promise<number> {
    const streams = await streamsOf(this.#client, this.#source);
    const read = await Promise.all(
      streams.map(async (stream) => (await this.#read(stream)).map((event) => ({ stream, event }))),
    );
    const lines = read.flat().sort((a, b) => (a.event.timestamp ?? 0) - (b.event.timestamp ?? 0));
    for (const { stream, event } of lines) {
      const name = streams.length > 1 ? `${colours.cyan(stream.slice(this.#source.prefix.length))} ` : '';
      process.stdout.write(`${name}${event.message}\n`);
    }
    return streams.length;
  }

  async #read(stream: string): Promise<OutputLogEvent[]> {
    const events: OutputLogEvent[] = [];
    for (;;) {
      const nextToken = this.#tokens.get(stream);
      const input = { logGroupName: this.#source.group, logStreamName: stream, startFromHead: true, nextToken };
      const page = await this.#client.send(new GetLogEventsCommand(input));
      events.push(...(page.events ?? []));
      // The end is reached when the token that was given comes back.
      if (!page.nextForwardToken || page.nextForwardToken === nextToken) return events;
      this.#tokens.set(stream, page.nextForwardToken);
    }
  }
}

export async function logs(name: string, options: { home?: string; follow?: boolean }): Promise<void> {
  const server = await findServer(options.home);
  const [jobs, events] = [sageMaker(server), cloudWatchLogs(server)];
  const source = await sourceOf(name, jobs, events);
  const reader = new Reader(events, source);
  // Asked before reading: lines that come in between are still seen by the last read.
  let over = await source.isOver();
  const streams = await reader.print();
  while (options.follow && !over) {
    await sleep(POLL_MS);
    over = await source.isOver();
    await reader.print();
  }
  if (streams === 0 && !options.follow) process.stderr.write(`${name} has printed nothing so far.\n`);
  jobs.destroy();
  events.destroy();
}

async function sourceOf(name: string, jobs: SageMakerClient, events: CloudWatchLogsClient): Promise<Source> {
  const job = trainingJob(jobs, name);
  try {
    await job.isOver();
    return job;
  } catch (error) {
    if (!(error instanceof Error) || !['ValidationException', 'ResourceNotFound'].includes(error.name)) throw error;
  }
  // Logs stay when the resource is deleted.
  for (const source of [endpoint(name), { ...job, isOver: async () => true }]) {
    if ((await streamsOf(events, source)).length > 0) return source;
  }
  throw new CliError(`There is no training job, and no endpoint with logs, of the name ${name}.`);
}
