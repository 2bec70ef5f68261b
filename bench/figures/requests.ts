import { Boto, type BotoCall } from '../boto.ts';
import { type Bench, closing, type Figure, peersEnvironment } from '../figure.ts';
import { LoadGenerator } from '../load.ts';
import { startConstant, startMoto } from '../peers/index.ts';
import { milliseconds, type Row } from '../report.ts';
import { median, takeTurns } from '../rounds.ts';
import { requestBytes, sagemakerCall, signer } from '../signed-requests.ts';
import { ACCOUNT, REGION, ROLE, startWildsage, type Wildsage } from '../wildsage.ts';

const arn = (name: string) => `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model/${name}`;
const newModel = (ModelName: string) => ({
  ModelName,
  ExecutionRoleArn: ROLE,
  PrimaryContainer: {
    Image: `683313688378.dkr.ecr.${REGION}.amazonaws.com/sagemaker-xgboost:1.7-1`,
    Environment: { SAGEMAKER_PROGRAM: 'serve.py', SAGEMAKER_CONTAINER_LOG_LEVEL: '20' },
  },
});

interface Subject {
  readonly operation: string;
  readonly method: string;
  /** How many calls make a round. */
  readonly calls: number;
  parameters(unique: string): Record<string, unknown>;
}

const subjects: readonly Subject[] = [
  {
    operation: 'DescribeModel',
    method: 'describe_model',
    calls: 25,
    parameters: () => ({ ModelName: 'model-7' }),
  },
  { operation: 'CreateModel', method: 'create_model', calls: 20, parameters: newModel },
  {
    operation: 'AddTags',
    method: 'add_tags',
    calls: 20,
    // Another value each time: a tag that is there already is not written again.
    parameters: (unique) => ({ ResourceArn: arn('model-7'), Tags: [{ Key: 'team', Value: unique }] }),
  },
  {
    operation: 'ListModels',
    method: 'list_models',
    calls: 15,
    parameters: () => ({ MaxResults: 100 }),
  },
];

/** What a call takes through boto3. */
export const requests: Figure = {
  title: 'Requests through boto3',
  take: (bench) =>
    closing(async (keep) => {
      const environment = await peersEnvironment();
      const wildsage = keep(await startWildsage(`${bench.folder}/home`));
      const moto = keep(await startMoto(environment));
      const boto = keep(new Boto(environment));
      const models = Array.from({ length: 120 }, (_, i) => ({
        method: 'create_model',
        parameters: newModel(`model-${i}`),
      }));
      for (const { url } of [wildsage, moto]) await boto.calls('sagemaker', url, models);
      const constant = keep(await startConstant(bench.folder, await answersOf(wildsage)));

      if (!bench.quick) {
        const generator = keep(new LoadGenerator());
        for (const { url } of [wildsage, constant]) await warmUp(generator, url);
      }

      const servers = { wildsage: wildsage.url, constant: constant.url, moto: moto.url };
      const rows: Row[] = [];
      for (const subject of subjects) rows.push(await measure(bench, subject, boto, servers));
      return rows;
    }),
};

/** Has a Node server compile what it is about to be measured with. */
async function warmUp(generator: LoadGenerator, url: string): Promise<void> {
  const { host } = new URL(url);
  const sign = signer(host, 'sagemaker');
  for (const { operation, parameters } of subjects) {
    const call = (i: number) => sign(sagemakerCall(operation, parameters(`warm-${i}`)));
    const requests = Array.from({ length: 2_000 }, (_, i) => requestBytes(host, call(i)));
    await generator.run({ url, connections: 4, requests });
  }
}

/** One answer of each kind, to be given as a constant. */
async function answersOf({ url }: Wildsage): Promise<Record<string, string>> {
  const sign = signer(new URL(url).host, 'sagemaker');
  const answers: Record<string, string> = {};
  for (const { operation, parameters } of subjects) {
    const { method, headers, body } = sign(sagemakerCall(operation, parameters('constant')));
    const answer = await fetch(url, { method, headers, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${operation}: ${text}`);
    answers[`SageMaker.${operation}`] = text;
  }
  return answers;
}

async function measure(
  { quick }: Bench,
  { operation, method, calls, parameters }: Subject,
  boto: Boto,
  { wildsage, constant, moto }: Record<'wildsage' | 'constant' | 'moto', string>,
): Promise<Row> {
  /** The median of the times of some calls. */
  const round = (url: string, share: number) => async (n: number) => {
    const count = quick ? 2 : Math.ceil(calls * share);
    const call = (i: number): BotoCall => ({ method, parameters: parameters(`new-${n}-${i}`) });
    return median(
      await boto.calls(
        'sagemaker',
        url,
        Array.from({ length: count }, (_, i) => call(i)),
      ),
    );
  };
  const taken = await takeTurns(
    { wildsage: round(wildsage, 1), constant: round(constant, 1), moto: round(moto, 0.25) },
    { rounds: quick ? 1 : 25 },
  );
  const held = (name: string, theirs: readonly number[]) => ({
    name,
    figure: milliseconds(median(theirs)),
    // Of rounds side by side, so that a slow moment of the machine weighs on both.
    ratio: median(theirs.map((their, i) => (taken.wildsage[i] ?? Number.NaN) / their)),
  });
  const toConstant = held('a constant answer', taken.constant);
  return {
    what: `${operation} through boto3`,
    figure: milliseconds(median(taken.wildsage)),
    peers: [toConstant, held('moto', taken.moto)],
    target: '≤ ×1.20 a constant answer',
    met: toConstant.ratio <= 1.2,
  };
}
