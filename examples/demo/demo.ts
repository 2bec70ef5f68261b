// Trains three models on real data, deploys them and asks them for predictions, on Wildsage: npm run demo [-- --stop]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonEnvironment } from '../../scripts/set-up/python.ts';
import { homeFrom } from '../../server/cli/settings.ts';
import { stillRunning } from '../../server/compute/process/still-running.ts';
import { loadRuntimes } from '../../server/compute/runtimes/table.ts';
import { breastCancer } from './breast-cancer.ts';
import { clientsFor } from './clients.ts';
import { ensureBucket, writeDataSets } from './data.ts';
import { removeEndpoint } from './deployment.ts';
import { diabetes } from './diabetes.ts';
import { digits, digitsEndpoint } from './digits.ts';
import { done, line, stopwatch, title } from './show.ts';
import { stopJobs } from './training.ts';
import { environment, isRunning, startWildsage, stopWildsage } from './wildsage.ts';

/** The environment that scikit-learn jobs run in; built before anything else, so that it is seen what takes the time. */
function sklearnEnvironment(): Promise<string> {
  const { name, requirements = '' } = loadRuntimes('').find('sagemaker-scikit-learn:1.2-1-cpu-py3');
  return pythonEnvironment(name, requirements);
}

async function demo(): Promise<void> {
  const elapsed = stopwatch();
  const python = await sklearnEnvironment();
  const ready = await startWildsage();
  const variables = await environment();
  const clients = clientsFor(variables);
  title(ready);
  const data = mkdtempSync(join(tmpdir(), 'wildsage-demo-'));
  try {
    await writeDataSets(python, data);
    await ensureBucket(clients);
    const run = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    await breastCancer(clients, data, run);
    await diabetes(clients, data, run);
    await digits(clients, data, run);
    whatNext(variables, run, elapsed());
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function whatNext(variables: Readonly<Record<string, string>>, run: string, elapsed: string): void {
  title(`Done in ${elapsed}. Wildsage goes on running at ${variables.AWS_ENDPOINT_URL}, with all endpoints.`);
  line('Use it with any AWS client, in this shell:');
  line();
  line('    eval "$(bin/wildsage env)"');
  line('    aws sagemaker list-training-jobs');
  line(`    python3 -c "import boto3; print(boto3.client('sagemaker-runtime').invoke_endpoint(`);
  line(`        EndpointName='${digitsEndpoint}', ContentType='text/csv', Body=','.join(['0'] * 64))['Body'].read())"`);
  line();
  line('Look around:');
  line();
  line('    bin/wildsage status');
  line(`    bin/wildsage logs demo-digits-${run}`);
  line(`    bin/wildsage logs ${digitsEndpoint} --follow`);
  line('    bin/wildsage doctor');
  line();
  line('Run a script as it is, SageMaker Python SDK and all:  bin/wildsage run python my_script.py');
  line('Stop everything:  npm run demo -- --stop');
}

/** Ends what demos have started, also those that were interrupted, and then the server. */
async function stop(): Promise<void> {
  if (!(await isRunning())) {
    if ((await stillRunning(homeFrom(undefined))).length === 0) return done('Wildsage is not running.');
    // Only a server can end what a killed one has left.
    await startWildsage();
  }
  const clients = clientsFor(await environment());
  for (const job of await stopJobs(clients, 'demo-')) done(`Training job ${job} stopped`);
  for (const name of ['demo-breast-cancer', 'demo-diabetes', digitsEndpoint]) {
    if (await removeEndpoint(clients, name)) done(`Endpoint ${name} deleted`);
  }
  line(await stopWildsage());
  done('What was made is kept; npm run demo goes on from there.');
}

try {
  await (process.argv.includes('--stop') ? stop() : demo());
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
  process.stderr.write('More is told by: bin/wildsage logs JOB, bin/wildsage doctor, and server.log in the home.\n');
  process.exit(1);
}
