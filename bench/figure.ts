import { pythonEnvironment } from '../scripts/set-up/python.ts';
import { loadRuntimes } from '../server/compute/runtimes/table.ts';
import type { Row } from './report.ts';

/** What a figure is given. */
export interface Bench {
  /** A folder of its own, deleted afterwards. */
  readonly folder: string;
  /** Proves that the figure can be taken, in seconds: its values mean nothing. */
  readonly quick: boolean;
}

export interface Figure {
  readonly title: string;
  take(bench: Bench): Promise<Row[]>;
}

/** Closes what was opened, last first, whatever happens. */
export async function closing<T>(work: (keep: <C extends { stop(): unknown }>(it: C) => C) => Promise<T>): Promise<T> {
  const opened: { stop(): unknown }[] = [];
  const keep = <C extends { stop(): unknown }>(it: C): C => {
    opened.unshift(it);
    return it;
  };
  try {
    return await work(keep);
  } finally {
    for (const each of opened) await each.stop();
  }
}

/** boto3 and moto, as `requirements/peers.txt` pins them. */
export const peersEnvironment = (): Promise<string> =>
  pythonEnvironment('peers', new URL('requirements/peers.txt', import.meta.url).pathname);

/** Builds what scikit-learn jobs run in, so that no job has to. */
export function sklearnRuntime(): Promise<string> {
  const { name, requirements = '' } = loadRuntimes('').find('sagemaker-scikit-learn:1.2-1-cpu-py3');
  return pythonEnvironment(name, requirements);
}
