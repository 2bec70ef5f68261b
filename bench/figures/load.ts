import { cpus } from 'node:os';
import { type Bench, closing, type Figure, peersEnvironment } from '../figure.ts';
import { LoadGenerator } from '../load.ts';
import { startMoto } from '../peers/index.ts';
import { cpuSeconds, type Running } from '../processes.ts';
import { milliseconds, peer, perSecond, type Row } from '../report.ts';
import { median, takeTurns } from '../rounds.ts';
import { requestBytes, sagemakerCall, signer } from '../signed-requests.ts';
import { ROLE, startWildsage } from '../wildsage.ts';

const MODELS = 100;
const CONNECTIONS = 8;

interface Subject {
  readonly operation: string;
  /** Requests of a round. */
  readonly count: number;
  /** moto is asked this much less often. */
  readonly motoShare: number;
  readonly cpuTarget: number;
  input(i: number): unknown;
}

const subjects: readonly Subject[] = [
  {
    operation: 'DescribeModel',
    count: 5_000,
    motoShare: 0.03,
    cpuTarget: 0.0002,
    input: (i) => ({ ModelName: `model-${i % MODELS}` }),
  },
  { operation: 'ListModels', count: 1_000, motoShare: 0.03, cpuTarget: 0.001, input: () => ({ MaxResults: 100 }) },
];

const newModel = (i: number) => ({
  ModelName: `model-${i}`,
  ExecutionRoleArn: ROLE,
  PrimaryContainer: { Image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1' },
});

interface Round {
  readonly rate: number;
  /** Seconds of the server's CPU time that a request took. */
  readonly cpu: number;
}

/** How many signed requests a second a server on one CPU answers, and what each costs it. */
export const load: Figure = {
  title: 'Raw load',
  take: (bench) =>
    closing(async (keep) => {
      const cpu = cpus().length - 1;
      const wildsage = keep(await startWildsage(`${bench.folder}/home`, { cpu }));
      const moto = keep(await startMoto(await peersEnvironment(), { cpu }));
      const generator = keep(new LoadGenerator());
      const contestants = { wildsage: sender(generator, wildsage), moto: sender(generator, moto) };
      for (const send of Object.values(contestants)) await send('CreateModel', MODELS, newModel);
      const rows: Row[] = [];
      for (const subject of subjects) rows.push(...(await measure(bench, subject, contestants)));
      return rows;
    }),
};

type Send = (operation: string, count: number, input: (i: number) => unknown) => Promise<Round>;

/** Signs requests anew for each round, so that none is sent twice. */
function sender(generator: LoadGenerator, { url, pid }: Running & { readonly url: string }): Send {
  const { host } = new URL(url);
  const sign = signer(host, 'sagemaker');
  return async (operation, count, input) => {
    const request = (i: number) => requestBytes(host, sign(sagemakerCall(operation, input(i))));
    const requests = Array.from({ length: count }, (_, i) => request(i));
    const before = cpuSeconds(pid);
    const { seconds } = await generator.run({ url, connections: CONNECTIONS, requests });
    return { rate: count / seconds, cpu: (cpuSeconds(pid) - before) / count };
  };
}

async function measure(
  { quick }: Bench,
  { operation, count, motoShare, cpuTarget, input }: Subject,
  { wildsage, moto }: Record<'wildsage' | 'moto', Send>,
): Promise<Row[]> {
  const round = (send: Send, share: number) => () => send(operation, quick ? 10 : Math.ceil(count * share), input);
  const taken = await takeTurns(
    { wildsage: round(wildsage, 1), moto: round(moto, motoShare) },
    { rounds: quick ? 1 : 9, unmeasured: quick ? 0 : 2 },
  );
  const rate = (rounds: readonly Round[]) => median(rounds.map((each) => each.rate));
  // The system counts CPU time in hundredths of a second: only the mean over all rounds says something.
  const cpu = (rounds: readonly Round[]) => rounds.reduce((sum, each) => sum + each.cpu, 0) / rounds.length;
  const mine = { rate: rate(taken.wildsage), cpu: cpu(taken.wildsage) };
  return [
    {
      what: `Signed ${operation} on one CPU, ${CONNECTIONS} connections`,
      figure: perSecond(mine.rate),
      peers: [peer('moto, which checks no signature', mine.rate, rate(taken.moto), perSecond)],
      ...(operation === 'DescribeModel' && { target: '≥ 4,000/s', met: mine.rate >= 4000 }),
    },
    {
      what: `Signed ${operation}, CPU time of the server`,
      figure: milliseconds(mine.cpu),
      peers: [peer('moto', mine.cpu, cpu(taken.moto), milliseconds)],
      target: `< ${cpuTarget * 1000} ms`,
      met: mine.cpu < cpuTarget,
    },
  ];
}
