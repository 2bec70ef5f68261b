import { parentPort } from 'node:worker_threads';
import { type ChecksumAlgorithm, type Digest, newDigest } from './digest.ts';

/** What `digest-pool.ts` asks of its threads. Each ask gets one answer, in order. */
export type DigestAsk =
  | { readonly do: 'start'; readonly id: number; readonly algorithms: readonly ChecksumAlgorithm[] }
  | { readonly do: 'update'; readonly id: number; readonly block: Uint8Array }
  | { readonly do: 'finish'; readonly id: number }
  | { readonly do: 'drop'; readonly id: number };

const digests = new Map<number, Digest>();

const answer = (ask: DigestAsk): unknown => {
  if (ask.do === 'start') {
    digests.set(ask.id, newDigest(ask.algorithms));
    return;
  }
  if (ask.do === 'update') return digests.get(ask.id)?.update(ask.block);
  const digest = digests.get(ask.id);
  digests.delete(ask.id);
  return ask.do === 'finish' ? digest?.finish() : undefined;
};

parentPort?.on('message', (ask: DigestAsk) => parentPort?.postMessage(answer(ask)));
