import { readdirSync, readFileSync } from 'node:fs';
import { clientsOf, createScriptEndpoint, endpointIs } from '../../e2e/script-mode.ts';
import { closing, type Figure, sklearnRuntime } from '../figure.ts';
import { LoadGenerator, type LoadResult } from '../load.ts';
import { startProxy } from '../peers/index.ts';
import { cpuSeconds } from '../processes.ts';
import { milliseconds, peer, perSecond, type Row } from '../report.ts';
import { median, takeTurns } from '../rounds.ts';
import { type PlainRequest, requestBytes, signer } from '../signed-requests.ts';
import { startWildsage, type Wildsage } from '../wildsage.ts';

const ENDPOINT = 'echo';
const SCRIPT = `
def model_fn(model_dir):
    return None

def predict_fn(data, model):
    return data
`;
const headers = { 'content-type': 'application/json', accept: 'application/json' };
const body = JSON.stringify([[5.1, 3.5, 1.4, 0.2]]);
const invocation: PlainRequest = { method: 'POST', path: `/endpoints/${ENDPOINT}/invocations`, headers, body };
const direct: PlainRequest = { method: 'POST', path: '/invocations', headers, body };

/** What InvokeEndpoint adds to the model server's own time. */
export const invocations: Figure = {
  title: 'Invocations',
  take: ({ folder, quick }) =>
    closing(async (keep) => {
      await sklearnRuntime();
      const wildsage = keep(await startWildsage(`${folder}/home`));
      const clients = clientsOf(wildsage);
      await createScriptEndpoint(wildsage, clients, ENDPOINT, SCRIPT);
      await endpointIs(clients, ENDPOINT, 'InService');
      const model = modelServerOf(wildsage);
      const proxy = keep(await startProxy(model));
      const generator = keep(new LoadGenerator());
      const load = (url: string, pid: number, request: PlainRequest, service?: string) => {
        const { host } = new URL(url);
        const sign = service ? signer(host, service) : (each: PlainRequest) => each;
        return (connections: number, count: number) => async () => {
          const requests = Array.from({ length: quick ? 20 : count }, () => requestBytes(host, sign(request)));
          const before = cpuSeconds(pid);
          const result = await generator.run({ url, connections, requests });
          return { ...result, cpu: (cpuSeconds(pid) - before) / requests.length };
        };
      };
      const through = {
        wildsage: load(wildsage.url, wildsage.pid, invocation, 'sagemaker'),
        proxy: load(proxy.url, proxy.pid, direct),
        model: load(model, 0, direct),
      };
      // Code that has just started to run is compiled while it is measured.
      for (const each of Object.values(through)) await each(16, 10_000)();
      const turns = (connections: number, count: number) =>
        takeTurns(
          {
            wildsage: through.wildsage(connections, count),
            proxy: through.proxy(connections, count),
            model: through.model(connections, count),
          },
          { rounds: quick ? 1 : 15, unmeasured: quick ? 0 : 1 },
        );
      return [latencyRow(await turns(1, 200)), ...throughputRows(await turns(16, 1000))];
    }),
};

/** Where the only endpoint's server listens, as the platform has noted it. */
function modelServerOf({ home }: Wildsage): string {
  for (const name of readdirSync(`${home}/workloads`)) {
    const { ports } = JSON.parse(readFileSync(`${home}/workloads/${name}/state.json`, 'utf8')) as { ports: number[] };
    if (ports[0]) return `http://127.0.0.1:${ports[0]}`;
  }
  throw new Error('No model server is running.');
}

type Rounds = Record<'wildsage' | 'proxy' | 'model', (LoadResult & { readonly cpu: number })[]>;

function latencyRow(rounds: Rounds) {
  const half = ({ latencies }: LoadResult) => median([...latencies]);
  const of = (name: keyof Rounds) => median(rounds[name].map(half));
  const added = (name: keyof Rounds) =>
    median(rounds[name].map((round, i) => half(round) - half(rounds.model[i] ?? round)));
  const mine = added('wildsage');
  return {
    what: 'InvokeEndpoint, added to the model server, p50, 1 connection',
    figure: milliseconds(mine),
    peers: [
      { name: 'a minimal Node proxy', figure: milliseconds(added('proxy')), ratio: mine / added('proxy') },
      { name: 'the model server itself', figure: milliseconds(of('model')), ratio: mine / of('model') },
    ],
    target: '< 0.5 ms',
    met: mine < 0.0005,
  };
}

function throughputRows(rounds: Rounds): Row[] {
  const rate = ({ latencies, seconds }: LoadResult) => latencies.length / seconds;
  const of = (name: keyof Rounds) => median(rounds[name].map(rate));
  const against = (name: keyof Rounds) =>
    median(rounds.wildsage.map((round, i) => rate(round) / rate(rounds[name][i] ?? round)));
  const cpu = (name: keyof Rounds) => rounds[name].reduce((sum, round) => sum + round.cpu, 0) / rounds[name].length;
  return [
    {
      what: 'InvokeEndpoint, 16 connections',
      figure: perSecond(of('wildsage')),
      peers: [
        { name: 'a minimal Node proxy', figure: perSecond(of('proxy')), ratio: against('proxy') },
        { name: 'the model server itself', figure: perSecond(of('model')), ratio: against('model') },
      ],
      target: '≥ ×0.90 the proxy',
      met: against('proxy') >= 0.9,
    },
    {
      what: 'InvokeEndpoint, 16 connections, CPU time',
      figure: milliseconds(cpu('wildsage')),
      peers: [peer('a minimal Node proxy', cpu('wildsage'), cpu('proxy'), milliseconds)],
    },
  ];
}
