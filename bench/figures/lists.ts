import { mkdirSync } from 'node:fs';
import { type Bench, closing, type Figure } from '../figure.ts';
import { fillStore } from '../filled-store.ts';
import { LoadGenerator } from '../load.ts';
import { milliseconds, type Row } from '../report.ts';
import { median, takeTurns } from '../rounds.ts';
import { requestBytes, sagemakerCall, signer } from '../signed-requests.ts';
import { startWildsage, type Wildsage } from '../wildsage.ts';

const subjects = {
  'newest first': { SortBy: 'CreationTime', SortOrder: 'Descending' },
  'by name': { SortBy: 'Name', SortOrder: 'Ascending' },
  'name contains "vision"': { NameContains: 'vision' },
} as const;

/** What a list of 100 costs with few models and with a million. */
export const lists: Figure = {
  title: 'Lists with few models and with many',
  take: (bench) =>
    closing(async (keep) => {
      const [few, many] = bench.quick ? [200, 2000] : [1_000, 1_000_000];
      const small = keep(await filledServer(bench, few));
      const large = keep(await filledServer(bench, many));
      const generator = keep(new LoadGenerator());
      const rows: Row[] = [];
      for (const [name, filter] of Object.entries(subjects)) {
        const rounds = await takeTurns(
          { small: listing(generator, small, filter), large: listing(generator, large, filter) },
          { rounds: bench.quick ? 1 : 15, unmeasured: bench.quick ? 0 : 3 },
        );
        rows.push(row(name, [few, many], rounds));
      }
      return rows;
    }),
};

async function filledServer({ folder }: Bench, models: number): Promise<Wildsage> {
  const home = `${folder}/${models}`;
  mkdirSync(home, { mode: 0o700 });
  await fillStore(`${home}/resources.sqlite`, models);
  return startWildsage(home, { keep: true });
}

interface Round {
  readonly seconds: number;
  readonly cpu: number;
}

/** Asks for the first page, again and again. */
function listing(generator: LoadGenerator, server: Wildsage, filter: Record<string, string>) {
  const { host } = new URL(server.url);
  const sign = signer(host, 'sagemaker');
  return async (): Promise<Round> => {
    const requests = Array.from({ length: 100 }, () =>
      requestBytes(host, sign(sagemakerCall('ListModels', { MaxResults: 100, ...filter }))),
    );
    const before = await server.cpuSeconds();
    const { latencies } = await generator.run({ url: server.url, connections: 1, requests });
    return { seconds: median([...latencies]), cpu: ((await server.cpuSeconds()) - before) / requests.length };
  };
}

function row(name: string, [few, many]: readonly [number, number], taken: Record<'small' | 'large', Round[]>): Row {
  const middle = (rounds: readonly Round[], of: keyof Round) => median(rounds.map((round) => round[of]));
  const ratio = (of: keyof Round) =>
    median(taken.large.map((round, i) => round[of] / (taken.small[i]?.[of] ?? Number.NaN)));
  const cpu = ratio('cpu');
  return {
    what: `ListModels of 100 among ${many.toLocaleString('en')}, ${name}`,
    figure: milliseconds(middle(taken.large, 'seconds')),
    peers: [
      {
        name: `among ${few.toLocaleString('en')}`,
        figure: milliseconds(middle(taken.small, 'seconds')),
        ratio: ratio('seconds'),
      },
      { name: '  the same in CPU time', figure: milliseconds(middle(taken.small, 'cpu')), ratio: cpu },
    ],
    target: '≤ ×1.20 in CPU time',
    met: cpu <= 1.2,
  };
}
