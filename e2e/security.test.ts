import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { allProcesses } from './processes.ts';
import {
  BUCKET,
  type Clients,
  clientsOf,
  describeJob,
  jobEnds,
  logOf,
  put,
  startScript,
  tarGz,
} from './script-mode.ts';
import { startWildsage, until, type Wildsage } from './server.ts';

/** What a curious program can find out; each line is something that it must not have. */
const CURIOUS = `
import glob, os, urllib.request
home = os.environ["HOME_OF_PLATFORM"]
print("the program begins", flush=True)
for place in (home, os.path.join(home, "credentials.json"), os.path.join(home, "workloads")):
    try:
        found = os.listdir(place) if os.path.isdir(place) else open(place).read(20)
        if set(found) - {"authority"}: print("FOUND", place, found)
    except OSError:
        pass
for process in glob.glob("/proc/[0-9]*/environ"):
    try:
        for entry in open(process, errors="replace").read().split("\\0"):
            if entry.startswith("SECRET_OF_OTHERS="): print("FOUND", process, entry)
    except OSError:
        pass
own = os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
for path in ("", "/", "/../../credentials.json", "x", "/%2e%2e/%2e%2e/credentials.json"):
    try:
        print("FOUND", path, urllib.request.urlopen(own.rsplit("/", 1)[0] + path).read(100))
    except OSError:
        pass
print("the program ends", flush=True)
`;

const WAITS = `
import time
print("the program begins", flush=True)
time.sleep(120)
`;

describe('an attacker', () => {
  let home: string;
  let server: Wildsage;
  let clients: Clients;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-attacked-'));
    server = await startWildsage({ home });
    clients = clientsOf(server);
  });
  after(async () => {
    await clients?.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'victim' })).catch(() => {});
    await until('the victim is gone', async () => readdirSync(join(home, 'workloads')).length === 0).catch(() => {});
    await server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it('in a workload finds neither the platform’s home, nor other workloads, nor their credentials', async () => {
    await startScript(server, clients, 'victim', WAITS, {
      Environment: { SECRET_OF_OTHERS: 'x' },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
    });
    await until('the victim runs', async () => (await logOf(clients, 'victim')).includes('the program begins'));
    const Environment = { HOME_OF_PLATFORM: home };
    await startScript(server, clients, 'curious', CURIOUS, { Environment });
    const job = await jobEnds(clients, 'curious');
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.equal((await describeJob(clients, 'victim')).TrainingJobStatus, 'InProgress');
    assert.deepEqual(
      (await logOf(clients, 'curious')).filter((line) => line.startsWith('FOUND')),
      [],
    );
  });

  it('on this machine sees no secret in command lines', async () => {
    const token = readFileSync(join(home, 'workloads', workloadOf('victim'), 'token'), 'utf8');
    const secrets = [server.connection.credentials.secretAccessKey, token];
    for (const { command } of allProcesses()) {
      for (const secret of secrets) assert.ok(!command.includes(secret), command);
    }
  });

  it('who is another user of this machine can read nothing of the home', () => {
    assert.equal(lstatSync(home).mode & 0o077, 0);
    const open = filesBelow(home)
      .filter((path) => (lstatSync(path).mode & 0o077) !== 0)
      .map((path) => relative(home, path))
      // What programs wrote lies below folders that only the owner may enter; certificates are for everyone.
      .filter((path) => !/^workloads\/[^/]+\/|^authority\/(ca|bundle)\.pem$/.test(path));
    assert.deepEqual(open, []);
    assert.equal(lstatSync(join(home, 'workloads', workloadOf('victim'))).mode & 0o077, 0);
  });

  it('who gets hold of logs or state finds the root key in its one file only', async () => {
    await until('the program’s folder is cleared away', async () =>
      readdirSync(join(home, 'workloads')).every((name) => name.includes('victim')),
    );
    const { secretAccessKey } = server.connection.credentials;
    const holding = filesBelow(home).filter((path) => readFileSync(path).includes(secretAccessKey));
    assert.deepEqual(
      holding.map((path) => relative(home, path)),
      ['credentials.json'],
    );
  });

  it('cannot put lines of their own into the head of an answer', async () => {
    await put(clients, 'object', 'x');
    const ResponseContentDisposition = 'attachment\r\nSet-Cookie: evil=1';
    const url = await getSignedUrl(
      clients.s3,
      new GetObjectCommand({ Bucket: BUCKET, Key: 'object', ResponseContentDisposition }),
    );
    const response = await fetch(url);
    assert.equal(response.headers.get('set-cookie'), null);
    assert.ok(response.status < 500, String(response.status));
  });

  it('cannot write outside of a job’s folder by the names of archive members or objects', async () => {
    const evil = await put(clients, 'evil/source.tar.gz', await tarGz({ '../../../outside': 'x', 'train.py': '' }));
    await startScript(server, clients, 'evil-archive', 'print(1)', {
      HyperParameters: {
        sagemaker_program: JSON.stringify('train.py'),
        sagemaker_submit_directory: JSON.stringify(evil),
      },
    });
    await jobEnds(clients, 'evil-archive');
    for (const key of ['names/../../../../outside', 'names/a/../../outside', 'names//etc/outside']) {
      await put(clients, key, 'x');
    }
    await startScript(server, clients, 'evil-names', 'print(1)', {
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/names/` } },
        },
      ],
    });
    const job = await jobEnds(clients, 'evil-names');
    assert.match(job.FailureReason ?? '', /its name leads out of its folder/);
    await until('their workloads are cleared away', async () =>
      readdirSync(join(home, 'workloads')).every((name) => name.includes('victim')),
    );
    const outside = filesBelow(home).filter((path) => path.endsWith('/outside'));
    assert.deepEqual(outside, []);
  });

  const workloadOf = (job: string) => {
    const found = readdirSync(join(home, 'workloads')).find((name) => name.includes(job));
    assert.ok(found, `no workload of ${job}`);
    return found;
  };

  /** Also while workloads come and go. */
  const filesBelow = (folder: string): string[] =>
    entriesOf(folder).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : entry.isFile() && existsSync(path) ? [path] : [];
    });

  const entriesOf = (folder: string) => {
    try {
      return readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  };
});
