import { readFileSync } from 'node:fs';
import { ListEndpointsCommand, ListTrainingJobsCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { sageMaker } from '../aws.ts';
import { findServer } from '../find-server.ts';
import { liveServer } from '../server-record.ts';
import { homeFrom } from '../settings.ts';
import { colours, span, table } from '../terminal.ts';

interface Item {
  readonly name: string;
  readonly status: string;
  readonly since: string;
}

const item = (name = '', status = '', since = new Date()): Item => ({ name, status, since: since.toISOString() });

async function activeJobs(client: SageMakerClient): Promise<Item[]> {
  const answers = await Promise.all(
    (['InProgress', 'Stopping'] as const).map((StatusEquals) =>
      client.send(new ListTrainingJobsCommand({ StatusEquals, MaxResults: 100 })),
    ),
  );
  return answers
    .flatMap(({ TrainingJobSummaries = [] }) => TrainingJobSummaries)
    .map((job) => item(job.TrainingJobName, job.TrainingJobStatus, job.CreationTime));
}

async function endpoints(client: SageMakerClient): Promise<Item[]> {
  const { Endpoints = [] } = await client.send(new ListEndpointsCommand({ MaxResults: 100 }));
  return Endpoints.map((one) => item(one.EndpointName, one.EndpointStatus, one.CreationTime));
}

/** Resident memory of the server's process in bytes, where the system tells it. */
function memoryOf(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

export async function status(options: { home?: string; json?: boolean }): Promise<void> {
  const home = homeFrom(options.home);
  const record = liveServer(home);
  if (!record && options.json) {
    process.exitCode = 1;
    return void console.log(JSON.stringify({ running: false, home }));
  }
  const server = await findServer(options.home);
  const client = sageMaker(server);
  const [trainingJobs, allEndpoints] = await Promise.all([activeJobs(client), endpoints(client)]);
  client.destroy();
  const { url, pid, region, ephemeral, startedAt, credentials } = server;
  const facts = { url, pid, home: server.home, ephemeral, accountId: credentials.accountId, region, startedAt };
  const memoryBytes = memoryOf(pid);
  if (options.json) {
    return void console.log(
      JSON.stringify({ running: true, ...facts, memoryBytes, trainingJobs, endpoints: allEndpoints }, undefined, 2),
    );
  }
  const since = (date: string) => span(Date.now() - new Date(date).getTime());
  const memory = memoryBytes === undefined ? '' : `, ${Math.round(memoryBytes / 1024 / 1024)} MiB`;
  console.log(
    table([
      ['Wildsage', `${colours.bold(url)}${ephemeral ? ' (ephemeral)' : ''}`],
      ['Server', `process ${pid}, up ${since(startedAt)}${memory}`],
      ['Home', server.home],
      ['Account', `${credentials.accountId}, ${region}`],
    ]),
  );
  const rows = [
    ...trainingJobs.map((job) => ['training job', job.name, job.status, since(job.since)]),
    ...allEndpoints.map((one) => ['endpoint', one.name, one.status, since(one.since)]),
  ];
  console.log(rows.length > 0 ? `\n${table(rows)}` : '\nNo job runs and no endpoint is there.');
}
